const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** Whole seconds of a number of seconds, or of text such as `90s`, `15m`, `12h`, `30d`, `2w`; undefined for anything else. */
export function secondsOf(lifetime: unknown): number | undefined {
  const [, count, unit = 's'] = typeof lifetime === 'string' ? (/^(\d+)([smhdw])$/.exec(lifetime) ?? []) : []
  const seconds = typeof lifetime === 'number' ? lifetime : Number(count) * (UNITS[unit] as number)
  return Number.isSafeInteger(seconds) && seconds > 0 ? seconds : undefined
}
