/** A table as comma-separated values, with plain numbers. */

import { type Column, valueOf } from "./column";

/** Quoted where needed; a text that a spreadsheet would run as a formula gets an apostrophe in front. */
function field(value: number | string | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csv<R>(rows: readonly R[], columns: readonly Column<R>[]): string {
  const lines = [columns.map(({ name, label }) => name ?? label), ...rows.map((row) => columns.map((column) => valueOf(column, row)))];
  return lines.map((line) => line.map(field).join(",")).join("\r\n") + "\r\n";
}

export function offerFile(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
