"""Buying what is unusually low and selling what is unusually high, until it is usual again."""


def reversion_view(
    held: float, distance: float, close: float, trend: float, entry: float, leave: float, shorts: float
) -> float:
    """Return 1, -1 or 0: against a distance of `entry` or more, kept until no more than `leave` of it is left.

    Only the entry asks for the trend: a fall is bought while the close is not below its trend, a rise sold while it
    is not above.

    held: the view before.
    distance: how far above the usual the price is, in the unit of `entry` and `leave`.
    leave: below `entry`; negative to wait until the price is that far on the other side.
    shorts: 0 for no short side.
    """
    if held > 0.0 and distance < -leave:
        return 1.0
    if held < 0.0 and distance > leave:
        return -1.0
    if distance <= -entry and close >= trend:
        return 1.0
    if distance >= entry and close <= trend and shorts > 0.0:
        return -1.0
    return 0.0


def residual_weight(zscore: float, entry: float, full: float) -> float:
    """Return the strength against a distance from one's peers: -zscore / full, within 1; 0 nearer than `entry`.

    The z-scores of a group sum to 0, so its strengths do too, unless one is cut off by `entry` or by 1.

    full: the distance that is worth 1, above 0.
    """
    if abs(zscore) < entry:
        return 0.0
    return max(-1.0, min(1.0, -zscore / full))


def weight_for_equal_beta(beta: float, beta_min: float) -> float:
    """Return by what a strength is multiplied so that all carry the same market risk: beta_min / beta, at most 1.

    beta: of the symbol. One below `beta_min`, above 0, counts as that: it would need more than a full strength.
    """
    return beta_min / max(beta, beta_min)
