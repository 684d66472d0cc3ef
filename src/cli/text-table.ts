/** Rows with columns, as plain text; the longest cells are cut. */
export function textTable(head: readonly string[], rows: readonly (readonly unknown[])[], widest = 60): string {
  const cells = [head, ...rows.map((row) => row.map((cell) => cellText(cell, widest)))]
  const widths = head.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)))
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** One line, without what a terminal would obey. */
function cellText(value: unknown, widest: number): string {
  const text = value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)
  // oxlint-disable-next-line no-control-regex -- that is what must not reach a terminal
  const line = text.replaceAll(/[\u0000-\u001F\u007F-\u009F]/g, (mark) => JSON.stringify(mark).slice(1, -1))
  return line.length > widest ? `${line.slice(0, widest - 1)}…` : line
}

/** `1 table`, `2 tables`. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
