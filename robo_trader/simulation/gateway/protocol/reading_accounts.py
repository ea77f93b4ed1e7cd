"""How requests about the session, accounts and positions are written. A version of the request itself says nothing."""

from robo_trader.simulation.gateway.protocol.field_reader import FieldReader
from robo_trader.simulation.gateway.protocol.reading_plain import Reader, with_id, with_version, with_version_and_id
from robo_trader.simulation.gateway.protocol.requests import (
    AccountSummary,
    AccountUpdates,
    AccountUpdatesMulti,
    CancelAccountSummary,
    CancelAccountUpdatesMulti,
    CancelPositions,
    CancelPositionsMulti,
    CancelProfitAndLoss,
    CancelProfitAndLossSingle,
    CurrentTime,
    ManagedAccounts,
    Positions,
    PositionsMulti,
    ProfitAndLoss,
    ProfitAndLossSingle,
    StartApi,
)


def _start_api(fields: FieldReader, _version: int) -> StartApi:
    fields.skip()
    return StartApi(client_id=fields.integer(), capabilities=fields.text())


def _account_updates(fields: FieldReader, _version: int) -> AccountUpdates:
    fields.skip()
    return AccountUpdates(subscribe=fields.flag(), account=fields.text())


def _account_summary(fields: FieldReader, _version: int) -> AccountSummary:
    fields.skip()
    return AccountSummary(request_id=fields.identity(), group=fields.text(), tags=fields.text())


def _positions_multi(fields: FieldReader, _version: int) -> PositionsMulti:
    fields.skip()
    return PositionsMulti(request_id=fields.identity(), account=fields.text(), model=fields.text())


def _account_updates_multi(fields: FieldReader, _version: int) -> AccountUpdatesMulti:
    fields.skip()
    return AccountUpdatesMulti(
        request_id=fields.identity(),
        account=fields.text(),
        model=fields.text(),
        ledger_and_liquidation=fields.flag(),
    )


def _profit_and_loss(fields: FieldReader, _version: int) -> ProfitAndLoss:
    return ProfitAndLoss(request_id=fields.identity(), account=fields.text(), model=fields.text())


def _profit_and_loss_single(fields: FieldReader, _version: int) -> ProfitAndLossSingle:
    return ProfitAndLossSingle(
        request_id=fields.identity(), account=fields.text(), model=fields.text(), con_id=fields.integer()
    )


ACCOUNT_READERS: dict[int, Reader] = {
    6: _account_updates,
    17: with_version(ManagedAccounts),
    49: with_version(CurrentTime),
    61: with_version(Positions),
    62: _account_summary,
    63: with_version_and_id(CancelAccountSummary),
    64: with_version(CancelPositions),
    71: _start_api,
    74: _positions_multi,
    75: with_version_and_id(CancelPositionsMulti),
    76: _account_updates_multi,
    77: with_version_and_id(CancelAccountUpdatesMulti),
    92: _profit_and_loss,
    93: with_id(CancelProfitAndLoss),
    94: _profit_and_loss_single,
    95: with_id(CancelProfitAndLossSingle),
}
