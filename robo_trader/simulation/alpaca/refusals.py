"""What Alpaca's API says no to: an HTTP status, a code of its own, and a sentence."""

from decimal import Decimal


class ApiRefusal(Exception):
    """An answer that is an error. `code` is Alpaca's: the HTTP status, and five digits of detail."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def body(self) -> dict[str, object]:
        """Return the JSON of the answer."""
        return {"code": self.code, "message": self.message}


def unauthorized() -> ApiRefusal:
    """Return the answer to keys that are not the account's."""
    return ApiRefusal(401, 40110000, "request is not authorized")


def malformed(message: str) -> ApiRefusal:
    """Return the answer to a request that cannot be read."""
    return ApiRefusal(422, 40010001, message)


def unprocessable(message: str) -> ApiRefusal:
    """Return the answer to an order that can be read, and cannot be taken."""
    return ApiRefusal(422, 42210000, message)


def insufficient_buying_power() -> ApiRefusal:
    """Return the answer to an order the account cannot pay for."""
    return ApiRefusal(403, 40310000, "insufficient buying power")


def insufficient_quantity(requested: Decimal, available: Decimal) -> ApiRefusal:
    """Return the answer to a sale of shares that are held, and stand behind other orders already."""
    message = f"insufficient qty available for order (requested: {requested}, available: {available})"
    return ApiRefusal(403, 40310000, message)


def no_such_order(order_id: str) -> ApiRefusal:
    """Return the answer to a question about an order that is not there."""
    return ApiRefusal(404, 40410000, f"order not found for {order_id}")


def no_such_asset(symbol: str) -> ApiRefusal:
    """Return the answer to a question about a symbol that is not traded here."""
    return ApiRefusal(404, 40410000, f"asset not found for {symbol}")
