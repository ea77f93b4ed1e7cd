CREATE TABLE meta (
  "key" VARCHAR NOT NULL,
  value VARCHAR NOT NULL,
  PRIMARY KEY ("key")
);
CREATE TABLE journal (
  seq INTEGER NOT NULL,
  batch INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  role VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  occurred_at BIGINT NOT NULL,
  payload BLOB NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (seq)
);
CREATE TABLE trading_state (
  account VARCHAR NOT NULL,
  seq INTEGER NOT NULL,
  state VARCHAR NOT NULL,
  PRIMARY KEY (account)
);
CREATE TABLE orders (
  order_id INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  symbol VARCHAR NOT NULL,
  side VARCHAR NOT NULL,
  order_type VARCHAR NOT NULL,
  time_in_force VARCHAR NOT NULL,
  quantity VARCHAR NOT NULL,
  filled VARCHAR NOT NULL,
  limit_price VARCHAR,
  average_price VARCHAR,
  commission VARCHAR NOT NULL,
  status VARCHAR NOT NULL,
  reason VARCHAR NOT NULL,
  strategy VARCHAR NOT NULL,
  signal_id VARCHAR NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (order_id)
);
CREATE INDEX ix_orders_signal_id ON orders (signal_id);
CREATE INDEX ix_orders_seq ON orders (seq);
CREATE TABLE fills (
  execution_id VARCHAR NOT NULL,
  seq INTEGER NOT NULL,
  order_id INTEGER NOT NULL,
  signal_id VARCHAR NOT NULL,
  symbol VARCHAR NOT NULL,
  side VARCHAR NOT NULL,
  quantity VARCHAR NOT NULL,
  price VARCHAR NOT NULL,
  commission VARCHAR NOT NULL,
  realised VARCHAR NOT NULL,
  occurred_at BIGINT NOT NULL,
  PRIMARY KEY (execution_id)
);
CREATE INDEX ix_fills_seq ON fills (seq);
CREATE INDEX ix_fills_order_id ON fills (order_id);
CREATE INDEX ix_fills_symbol ON fills (symbol);
CREATE TABLE positions (
  symbol VARCHAR NOT NULL,
  seq INTEGER NOT NULL,
  quantity VARCHAR NOT NULL,
  cost VARCHAR NOT NULL,
  mark_price VARCHAR NOT NULL,
  realised VARCHAR NOT NULL,
  PRIMARY KEY (symbol)
);
CREATE INDEX ix_positions_seq ON positions (seq);
CREATE TABLE equity (
  as_of BIGINT NOT NULL,
  seq INTEGER NOT NULL,
  session VARCHAR NOT NULL,
  equity VARCHAR NOT NULL,
  cash VARCHAR NOT NULL,
  reserved VARCHAR NOT NULL,
  gross_exposure VARCHAR NOT NULL,
  realised VARCHAR NOT NULL,
  commission VARCHAR NOT NULL,
  drawdown FLOAT NOT NULL,
  PRIMARY KEY (as_of)
);
CREATE INDEX ix_equity_seq ON equity (seq);
CREATE TABLE bars (
  symbol VARCHAR NOT NULL,
  ended_at BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  seq INTEGER NOT NULL,
  open FLOAT NOT NULL,
  high FLOAT NOT NULL,
  low FLOAT NOT NULL,
  close FLOAT NOT NULL,
  volume FLOAT NOT NULL,
  PRIMARY KEY (symbol, ended_at)
);
CREATE INDEX ix_bars_seq ON bars (seq);
CREATE TABLE violations (
  seq INTEGER NOT NULL,
  position INTEGER NOT NULL,
  occurred_at BIGINT NOT NULL,
  symbol VARCHAR NOT NULL,
  side VARCHAR NOT NULL,
  quantity VARCHAR NOT NULL,
  control VARCHAR NOT NULL,
  "limit" VARCHAR NOT NULL,
  value VARCHAR NOT NULL,
  unit VARCHAR NOT NULL,
  context VARCHAR NOT NULL,
  signal_id VARCHAR NOT NULL,
  PRIMARY KEY (seq, position)
);
CREATE INDEX ix_violations_symbol ON violations (symbol);
CREATE TABLE signals (
  signal_id VARCHAR NOT NULL,
  seq INTEGER NOT NULL,
  strategy VARCHAR NOT NULL,
  symbol VARCHAR NOT NULL,
  strength FLOAT NOT NULL,
  reason VARCHAR NOT NULL,
  as_of BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (signal_id)
);
CREATE INDEX ix_signals_symbol ON signals (symbol);
CREATE INDEX ix_signals_seq ON signals (seq);
CREATE TABLE targets (
  signal_id VARCHAR NOT NULL,
  seq INTEGER NOT NULL,
  target VARCHAR NOT NULL,
  reference_price VARCHAR NOT NULL,
  equity VARCHAR,
  capital FLOAT,
  sizing_price FLOAT,
  risk FLOAT,
  sized FLOAT,
  asked VARCHAR,
  others VARCHAR,
  trimmed_by VARCHAR,
  "limit" VARCHAR,
  PRIMARY KEY (signal_id)
);
CREATE INDEX ix_targets_seq ON targets (seq);
CREATE TABLE outcomes (
  signal_id VARCHAR NOT NULL,
  seq INTEGER NOT NULL,
  outcome VARCHAR NOT NULL,
  held VARCHAR NOT NULL,
  crossed VARCHAR NOT NULL,
  working VARCHAR NOT NULL,
  order_id INTEGER,
  replaced_by VARCHAR NOT NULL,
  settled_at BIGINT NOT NULL,
  PRIMARY KEY (signal_id)
);
CREATE INDEX ix_outcomes_seq ON outcomes (seq);
CREATE TABLE order_moves (
  seq INTEGER NOT NULL,
  order_id INTEGER NOT NULL,
  status VARCHAR NOT NULL,
  cancel_requested BOOLEAN NOT NULL,
  filled VARCHAR NOT NULL,
  broker_order_id VARCHAR NOT NULL,
  reason VARCHAR NOT NULL,
  occurred_at BIGINT NOT NULL,
  PRIMARY KEY (seq)
);
CREATE INDEX ix_order_moves_broker_order_id ON order_moves (broker_order_id);
CREATE INDEX ix_order_moves_order_id ON order_moves (order_id);
CREATE TABLE allotments (
  seq INTEGER NOT NULL,
  position INTEGER NOT NULL,
  symbol VARCHAR NOT NULL,
  strategy VARCHAR NOT NULL,
  quantity VARCHAR NOT NULL,
  price VARCHAR NOT NULL,
  commission VARCHAR NOT NULL,
  execution_id VARCHAR,
  occurred_at BIGINT NOT NULL,
  PRIMARY KEY (seq, position)
);
CREATE INDEX ix_allotments_symbol ON allotments (symbol);
CREATE TABLE state_changes (
  seq INTEGER NOT NULL,
  occurred_at BIGINT NOT NULL,
  "before" VARCHAR NOT NULL,
  "after" VARCHAR NOT NULL,
  reason VARCHAR NOT NULL,
  PRIMARY KEY (seq)
);
CREATE TABLE rejected_bars (
  seq INTEGER NOT NULL,
  symbol VARCHAR NOT NULL,
  started_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,
  fault VARCHAR NOT NULL,
  PRIMARY KEY (seq)
);
CREATE INDEX ix_rejected_bars_symbol ON rejected_bars (symbol);
CREATE TABLE discrepancies (
  discrepancy_id INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  kind VARCHAR NOT NULL,
  subject VARCHAR NOT NULL,
  symbol VARCHAR,
  ours VARCHAR NOT NULL,
  theirs VARCHAR NOT NULL,
  unit VARCHAR NOT NULL,
  severity VARCHAR NOT NULL,
  decision VARCHAR NOT NULL,
  found_at BIGINT NOT NULL,
  resolved_at BIGINT,
  PRIMARY KEY (discrepancy_id)
);
CREATE INDEX ix_discrepancies_seq ON discrepancies (seq);
CREATE TABLE blocks (
  symbol VARCHAR NOT NULL,
  cause VARCHAR NOT NULL,
  seq INTEGER NOT NULL,
  control VARCHAR NOT NULL,
  reason VARCHAR NOT NULL,
  since BIGINT NOT NULL,
  released_at BIGINT,
  PRIMARY KEY (symbol, cause)
);
CREATE INDEX ix_blocks_seq ON blocks (seq);
INSERT INTO meta VALUES ('schema_version', '3'), ('session', '{}'), ('install', 'abcdefgh'), ('epoch', '1');
