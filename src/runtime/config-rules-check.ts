import { suggest } from '../kernel/index.js'
import type { ConfigFault } from './config-errors.js'
import { type Group, isOptions, type Named, type Rule } from './config-rules.js'

/** Compares what was given with the rules: every unknown name and every value that is not allowed. */
export function faultsOf(given: unknown, rules: Group, prefix = ''): readonly ConfigFault[] {
  const path = prefix === '' ? 'the config' : prefix
  if (!isOptions(given)) return [wrongValue(path, 'an object of options', given, true)]
  const options = new Map<string, Rule | Group | Named>(Object.entries(rules.options))
  const faults: ConfigFault[] = []
  for (const name of Object.keys(given)) {
    const value = given[name]
    const at = prefix === '' ? name : `${prefix}.${name}`
    const rule = options.get(name)
    if (rule === undefined) faults.push(unknownName(at, name, [...options.keys()]))
    else if (value === undefined) continue
    else if (rule.kind === 'group') faults.push(...faultsOf(value, rule, at))
    else if (rule.kind === 'named') faults.push(...faultsOfEach(value, rule, at))
    else if (!rule.accepts(value)) faults.push(wrongValue(at, rule.allowed, value, rule.secret))
  }
  return faults
}

function faultsOfEach(given: unknown, { allowed, name, each }: Named, path: string): readonly ConfigFault[] {
  if (!isOptions(given)) return [wrongValue(path, allowed, given)]
  return Object.entries(given).flatMap(([key, value]) =>
    name.test(key) ? faultsOf(value, each, `${path}.${key}`) : [wrongValue(path, allowed, key)],
  )
}

function unknownName(path: string, name: string, known: readonly string[]): ConfigFault {
  const suggestion = suggest(name, known)
  const allowed = `one of ${known.join(', ')}`
  const advice = suggestion === undefined ? `known here: ${known.join(', ')}` : `did you mean ${suggestion}?`
  const fault = { path, message: `${path} is not an option; ${advice}`, allowed }
  return suggestion === undefined ? fault : { ...fault, suggestion }
}

/** A fault for a value that is not what it must be. A secret is named by its type alone. */
export function wrongValue(path: string, allowed: string, value: unknown, secret = false): ConfigFault {
  const given = secret ? typeName(value) : show(value)
  return { path, message: `${path} is ${given}; it must be ${allowed}`, given, allowed }
}

function show(value: unknown): string {
  if (typeof value === 'string') {
    // Whatever stands before an @ may be a user and a password.
    const safe = value.slice(value.lastIndexOf('@') + 1)
    const masked = safe === value ? value : `***@${safe}`
    return JSON.stringify(masked.length > 60 ? `${masked.slice(0, 60)}…` : masked)
  }
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value)
  return typeName(value)
}

function typeName(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'a list'
  if (value instanceof Date) return 'a date'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
