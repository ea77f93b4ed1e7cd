"""The arithmetic that decides, written once as small pure functions over plain numbers.

A rule is ordinary Python over numbers: it runs as it stands in the engine (floats, or Decimal where money is
booked), and the same source can be compiled over arrays for research. So a rule imports nothing but `math`
and `typing`, allocates nothing, and calls nothing but other rules.

A rule with memory keeps it in a flat vector of floats that its caller owns: a list in the engine, a row of an
array in research. `X_state_size` says how long it is, zeros are its beginning, and `X_update` moves it on.
"""
