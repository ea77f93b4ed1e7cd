"""The whole configuration, and what the presets change in it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from robo_trader.app.settings.live_section import LiveSettings
from robo_trader.app.settings.portfolio_sections import PortfolioSettings
from robo_trader.app.settings.reconciliation_section import ReconciliationSettings
from robo_trader.app.settings.risk_section import RiskSettings
from robo_trader.app.settings.sections import (
    DataSettings,
    ExecutionSettings,
    IbkrSettings,
    MonitoringSettings,
    ProtectionSettings,
    StopSettings,
    StorageSettings,
    StrategiesSettings,
    WebSettings,
)
from robo_trader.app.settings.strategy_section import StrategySettings
from robo_trader.app.settings.supervision_section import (
    SafetySettings,
    ShutdownSettings,
    SupervisionSettings,
    WatchdogSettings,
)

PresetName = Literal["development", "staging", "production"]
DEFAULT_PRESET: PresetName = "development"


class Settings(BaseSettings):
    """Every setting of a run. `Settings()` holds the defaults; `load_settings` reads all sources."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    preset: PresetName = Field(
        default=DEFAULT_PRESET, description="Set of defaults: for trying out, for rehearsal, or for unattended runs."
    )
    execution: ExecutionSettings = ExecutionSettings()
    risk: RiskSettings = RiskSettings()
    portfolio: PortfolioSettings = PortfolioSettings()
    reconciliation: ReconciliationSettings = ReconciliationSettings()
    data: DataSettings = DataSettings()
    ibkr: IbkrSettings = IbkrSettings()
    live: LiveSettings = LiveSettings()
    strategy: StrategySettings = StrategySettings()
    stops: StopSettings = StopSettings()
    protection: ProtectionSettings = ProtectionSettings()
    strategies: StrategiesSettings = StrategiesSettings()
    monitoring: MonitoringSettings = MonitoringSettings()
    storage: StorageSettings = StorageSettings()
    web: WebSettings = WebSettings()
    supervision: SupervisionSettings = SupervisionSettings()
    shutdown: ShutdownSettings = ShutdownSettings()
    safety: SafetySettings = SafetySettings()
    watchdog: WatchdogSettings = WatchdogSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take nothing from the process around us: the loader hands in every source by name."""
        return (init_settings,)


_UNATTENDED: Mapping[str, object] = {
    "execution.order_type": "limit",  # C04: never further than limit_offset_bps from the last price
    "execution.participation_max": "0.01",  # C15: at most 1 % of what trades, so that paper promises no more
    "monitoring.log_format": "json",
}

# Risk limits are the live defaults of the control list in every preset: trying out must not teach loose habits.
PRESETS: Mapping[PresetName, Mapping[str, object]] = MappingProxyType(
    {
        "development": {},
        "staging": _UNATTENDED,
        "production": {**_UNATTENDED, "web.enabled": False, "web.session_idle_minutes": 15},
    }
)
