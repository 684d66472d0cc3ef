import type { ModelBinding } from '../model/index.js'
import { type AttributeSchema, boundedAttribute } from '../schema/index.js'
import { FactoryError } from './errors.js'
import type { Random } from './random.js'
import { uniqueEmail, uniqueId } from './random-values.js'
import { CITIES, COUNTRIES, FIRST_NAMES, LAST_NAMES, WORDS } from './words.js'

const DAY = 86_400_000
const YEAR = 365 * DAY
/** As often something else is tried where a rule refuses what was made. */
const ATTEMPTS = 20

/** Beyond what is usual of any number. */
const LARGE = { min: 100_000, max: 2 ** 47 } as const

type Maker = (random: Random, attribute: AttributeSchema) => unknown

/** By what attributes are called, in any case: the first that fits. */
const BY_NAME: readonly (readonly [RegExp, (random: Random) => string])[] = [
  [/e-?mail$/i, () => uniqueEmail()],
  [/^(?:first|given)_?name$/i, (random) => random.element(FIRST_NAMES)],
  [/^(?:last|family|sur)_?name$/i, (random) => random.element(LAST_NAMES)],
  [/^(?:full_?|display_?)?name$|^author$/i, (random) => `${random.element(FIRST_NAMES)} ${random.element(LAST_NAMES)}`],
  [/(?:user|nick)_?name$|^login$/i, (random) => `${random.element(FIRST_NAMES).toLowerCase()}${uniqueId()}`],
  [/phone|mobile/i, (random) => `+1555${random.int(1_000_000, 9_999_999)}`],
  [/(?:url|website|link|avatar|image)$/i, () => `https://example.com/${uniqueId()}`],
  [/slug$/i, (random) => `${words(random, 2).replaceAll(' ', '-')}-${uniqueId()}`],
  [/city$|town$/i, (random) => random.element(CITIES)],
  [/country/i, (random) => random.element(COUNTRIES)],
  [/currency/i, (random) => random.element(['EUR', 'JPY', 'USD'])],
  [/(?:zip|postal|post)_?code$/i, (random) => String(random.int(10_000, 99_999))],
  [/title$|subject$|headline$/i, (random) => capital(words(random, random.int(2, 5)))],
  [/body$|content$|text$|description$|bio$|summary$|comment$|message$|notes?$/i, (random) => sentence(random)],
  [/color|colour/i, (random) => `#${random.int(0, 0xffffff).toString(16).padStart(6, '0')}`],
]

const BY_FORMAT: Readonly<Record<string, (random: Random) => string>> = {
  email: () => uniqueEmail(),
  url: () => `https://example.com/${uniqueId()}`,
  uuid: (random) => random.uuid(),
  ulid: (random) => random.ulid(),
  ipv4: (random) => `203.0.113.${random.int(1, 254)}`,
  ipv6: (random) => `2001:db8::${random.int(1, 0xffff).toString(16)}`,
  date: (random) => dateOf(random, 'date').toISOString().slice(0, 10),
  datetime: (random) => dateOf(random, 'date').toISOString(),
  slug: () => uniqueId(),
}

const BY_TYPE: Readonly<Record<AttributeSchema['type'], Maker>> = {
  string: textOf,
  number: numberOf,
  boolean: (random) => random.next() < 0.5,
  date: (random, { name, options }) => within(random, options, dateOf(random, name).getTime(), (at) => new Date(at)),
  list: (random, { options }) => Array.from({ length: lengthOf(random, options, 3) }, () => random.element(WORDS)),
  map: (random) => ({ note: words(random, 2) }),
  set: (random, { elements, options }) =>
    new Set(
      Array.from({ length: Math.max(1, lengthOf(random, options, 3)) }, (_, i) => elementOf(random, elements, i)),
    ),
  binary: (random, { options }) => random.bytes(lengthOf(random, options, 8)),
  bigint: (random, { options }) => within(random, options, random.int(1, 10_000), (n) => BigInt(Math.ceil(n))),
  decimal: (random, { options }) => within(random, options, random.int(100, 99_999) / 100, (n) => String(n)),
  json: (random) => ({ note: words(random, 2) }),
  any: (random) => words(random, 2),
}

/**
 * A value for an attribute nobody gave one: of its enum, format, type and rules. Undefined where it may be absent and nothing is
 * known of what it could be.
 *
 * @throws FactoryError `FACTORY.CANNOT_DERIVE` for one that is required
 */
export function deriveValue({ schema, validator }: ModelBinding, given: AttributeSchema, random: Random): unknown {
  const bounded = boundedAttribute(given)
  // A number that is a key, and nobody bounds: one that no other row is likely to have.
  const key =
    given.name === schema.primaryKey &&
    ['number', 'bigint'].includes(given.type) &&
    bounded.options.min === undefined &&
    bounded.options.max === undefined
  const attribute = key ? { ...bounded, options: { ...bounded.options, ...LARGE } } : bounded
  const { name, options, cast, required, type } = attribute
  const only = new Set([name])
  const opaque = typeof cast === 'object' || options.validate !== undefined || options.schema !== undefined
  if (!required && (opaque || options.pattern !== undefined)) return undefined
  let refused = ''
  for (let attempt = 0; attempt < (typeof cast === 'object' ? 0 : ATTEMPTS); attempt++) {
    const value = options.enum === undefined ? BY_TYPE[type](random, attribute) : random.element(options.enum)
    const checked = validator.violations({ [name]: value }, only)
    // What is checked asynchronously is checked when the row is written.
    if (checked === undefined || checked instanceof Promise) return value
    refused = ` ${checked[0]?.message ?? ''}`
  }
  if (!required) return undefined
  throw new FactoryError('FACTORY.CANNOT_DERIVE', `No value for ${schema.name}.${name} can be made up.${refused}`, {
    details: { model: schema.name, attribute: name },
  })
}

/** A new key, where it is text. */
export function newKey({ schema }: ModelBinding, random: Random): string {
  const time = random.now + random.count()
  if (schema.idType === 'ulid') return random.ulid(time)
  return random.uuid(schema.idType === 'uuid' ? 4 : 7)
}

function textOf(random: Random, { name, unique, options }: AttributeSchema): string {
  const { format, minLength = 0, maxLength = Number.POSITIVE_INFINITY } = options
  const known = format === undefined ? BY_NAME.find(([pattern]) => pattern.test(name))?.[1] : BY_FORMAT[format]
  let text = (known ?? ((source) => words(source, 2)))(random)
  if (format !== undefined) return text
  if (unique && known !== BY_NAME[0]?.[1]) text += ` ${uniqueId()}`
  if (text.length < minLength) text += random.text(minLength - text.length)
  if (text.length > maxLength) text = unique ? uniqueId().slice(-maxLength) : text.slice(0, maxLength).trimEnd()
  return text.length < minLength ? random.text(minLength) : text
}

function numberOf(random: Random, { name, unique, options }: AttributeSchema): number {
  if (unique) return random.count() + 1
  if (/price|cost|amount|total|balance|salary/i.test(name) && options.min === undefined && options.max === undefined)
    return random.int(100, 99_999) / 100
  const usual = /^age$/i.test(name)
    ? random.int(18, 80)
    : /rating|stars/i.test(name)
      ? random.int(1, 5)
      : random.int(0, 1000)
  return within(random, options, usual, (n) => n)
}

/** The usual value where the rules have it, else one between them. */
function within<V>(
  random: Random,
  { min, max }: AttributeSchema['options'],
  usual: number,
  make: (value: number) => V,
): V {
  const [least, greatest] = [boundOf(min), boundOf(max)]
  if (usual >= (least ?? -Infinity) && usual <= (greatest ?? Infinity)) return make(usual)
  const from = least ?? (greatest as number) - 1000
  const to = greatest ?? from + 1000
  const whole = Math.ceil(from) + Math.floor(random.next() * (Math.floor(to) - Math.ceil(from) + 1))
  return make(whole >= from && whole <= to ? whole : from + random.next() * (to - from))
}

function boundOf(bound: unknown): number | undefined {
  if (bound === undefined) return undefined
  if (bound instanceof Date) return bound.getTime()
  const number = Number(bound)
  return Number.isNaN(number) ? Date.parse(bound as string) : number
}

function dateOf(random: Random, name: string): Date {
  if (/birth|born/i.test(name)) return new Date(random.now - random.int(18 * 365, 80 * 365) * DAY)
  if (/expire|due|until|ends?(?:_?at)?$|deadline/i.test(name)) return new Date(random.now + random.int(1, YEAR))
  return new Date(random.now - random.int(1, YEAR))
}

function lengthOf(random: Random, { minLength = 0, maxLength }: AttributeSchema['options'], usual: number): number {
  return random.int(
    Math.max(minLength, Math.min(1, maxLength ?? 1)),
    Math.max(minLength, Math.min(usual, maxLength ?? usual)),
  )
}

function elementOf(random: Random, elements: AttributeSchema['elements'], at: number): unknown {
  if (elements === 'number') return random.int(0, 999) * 100 + at
  if (elements === 'bigint') return BigInt(random.int(0, 999) * 100 + at)
  if (elements === 'decimal') return `${random.int(0, 999)}.${at + 1}`
  return elements === 'binary' ? Uint8Array.of(at, ...random.bytes(4)) : `${random.element(WORDS)}-${at}`
}

function words(random: Random, count: number): string {
  return Array.from({ length: count }, () => random.element(WORDS)).join(' ')
}

function sentence(random: Random): string {
  return `${capital(words(random, random.int(5, 10)))}.`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
