"""`python -m robo_trader`: the same as the command `robo-trader`."""

from robo_trader.app.command_line import main

if __name__ == "__main__":
    main()
