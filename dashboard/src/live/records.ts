/** What one row of each topic is. */

import {
  amount,
  type Decoded,
  type Shape,
  type StreamColumn,
  type TableColumn,
  text,
  whole,
} from "./cells";

export const ACCOUNT = {
  account: text,
  mode: text,
  broker: text,
  strategy: text,
  bar_size: text,
  trading_state: text,
  opening_cash: amount,
  as_of: amount,
  session: text,
  equity: amount,
  cash: amount,
  reserved: amount,
  gross_exposure: amount,
  realised: amount,
  commission: amount,
  drawdown: amount,
  day_profit: amount,
  day_return: amount,
} satisfies Shape<TableColumn<"account">>;
export type Account = Decoded<typeof ACCOUNT>;

export const POSITION = {
  symbol: text,
  quantity: amount,
  average_price: amount,
  cost: amount,
  mark_price: amount,
  market_value: amount,
  unrealised: amount,
  realised: amount,
} satisfies Shape<TableColumn<"positions">>;
export type Position = Decoded<typeof POSITION>;

const ORDER_FIELDS = {
  order_id: whole,
  symbol: text,
  side: text,
  order_type: text,
  time_in_force: text,
  quantity: amount,
  filled: amount,
  limit_price: amount,
  average_price: amount,
  commission: amount,
  status: text,
  reason: text,
  strategy: text,
  signal_id: text,
  created_at: whole,
  updated_at: whole,
} satisfies Shape<TableColumn<"orders.working">>;
export const ORDER = ORDER_FIELDS;
export type Order = Decoded<typeof ORDER>;

export const ORDER_EVENT = { seq: whole, ...ORDER_FIELDS } satisfies Shape<StreamColumn<"orders.events">>;
export type OrderEvent = Decoded<typeof ORDER_EVENT>;

export const BAR = {
  started_at: whole,
  open: amount,
  high: amount,
  low: amount,
  close: amount,
  volume: amount,
} satisfies Shape<TableColumn<"bars:">>;
export type Bar = Decoded<typeof BAR>;

export const HEALTH = {
  component: text,
  status: text,
  since: amount,
  last_ok: amount,
  hint: text,
} satisfies Shape<TableColumn<"health">>;
export type Health = Decoded<typeof HEALTH>;

export const FILL = {
  seq: whole,
  execution_id: text,
  order_id: whole,
  signal_id: text,
  symbol: text,
  side: text,
  quantity: amount,
  price: amount,
  commission: amount,
  realised: amount,
  occurred_at: whole,
} satisfies Shape<StreamColumn<"fills">>;
export type Fill = Decoded<typeof FILL>;

export const EQUITY = {
  seq: whole,
  as_of: whole,
  session: text,
  equity: amount,
  cash: amount,
  reserved: amount,
  gross_exposure: amount,
  realised: amount,
  commission: amount,
  drawdown: amount,
} satisfies Shape<StreamColumn<"equity">>;
export type EquityPoint = Decoded<typeof EQUITY>;

export const VIOLATION = {
  seq: whole,
  occurred_at: whole,
  symbol: text,
  side: text,
  quantity: amount,
  control: text,
  limit: amount,
  value: amount,
  unit: text,
  context: text,
  signal_id: text,
} satisfies Shape<StreamColumn<"violations">>;
export type Violation = Decoded<typeof VIOLATION>;
