"""Going with the side of the book that presses."""


def pressure_view(held: float, imbalance: float, flow: float, entry: float, leave: float, shorts: float) -> float:
    """Return 1, -1 or 0: with the side that has more shares and gains some, until it has hardly more.

    held: the view before.
    imbalance: bid shares less ask shares over both, in [-1, 1]; entered from `entry`, left at `leave`, which is below.
    flow: shares that joined the bid less those that joined the ask; asked for by the entry only.
    shorts: 0 for no short side.
    """
    if held > 0.0 and imbalance > leave:
        return 1.0
    if held < 0.0 and imbalance < -leave:
        return -1.0
    if imbalance >= entry and flow > 0.0:
        return 1.0
    if imbalance <= -entry and flow < 0.0 and shorts > 0.0:
        return -1.0
    return 0.0
