import { ModelParserError } from './errors.js'

/** One rule of a rule object: what ts-validation calls a rule. */
interface Part {
  readonly name: string
  readonly test: (value: any) => boolean
  readonly message: string
  readonly params?: Readonly<Record<string, unknown>>
}
type MakePart = (...given: any[]) => Part

const part =
  (
    name: string,
    message: string,
    test: (value: any, ...given: any[]) => boolean,
    ...params: readonly string[]
  ): MakePart =>
  (...given) => ({
    name,
    message,
    test: (value) => test(value, ...given),
    params: Object.fromEntries(params.map((param, index) => [param, given[index]])),
  })

const sizeOf = (value: unknown): number =>
  typeof value === 'string' || Array.isArray(value) ? value.length : Number(value)
const matches =
  (regex: RegExp) =>
  (value: unknown): boolean =>
    typeof value === 'string' && regex.test(value)
const min = part('min', 'Must be at least {min}', (value, least: number) => sizeOf(value) >= least, 'min')
const max = part('max', 'Must be at most {max}', (value, most: number) => sizeOf(value) <= most, 'max')
const LENGTH: Readonly<Record<string, MakePart>> = {
  min,
  max,
  minLength: (least: number) => ({ ...min(least), name: 'minLength' }),
  maxLength: (most: number) => ({ ...max(most), name: 'maxLength' }),
  length: part('length', 'Must have a length of {length}', (value, size: number) => sizeOf(value) === size, 'length'),
}
const TEXT: Readonly<Record<string, MakePart>> = {
  ...LENGTH,
  email: part('email', 'Must be a valid email address', matches(/^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/)),
  url: part('url', 'Must be a valid URL', (value) => typeof value === 'string' && URL.canParse(value)),
  matches: part(
    'matches',
    'Must match {pattern}',
    (value, pattern: RegExp) => new RegExp(pattern).test(String(value)),
    'pattern',
  ),
  equals: part('equals', 'Must be equal to {param}', (value, other: unknown) => value === other, 'param'),
  alpha: part('alpha', 'Must only contain letters', matches(/^[a-z]+$/i)),
  alphanumeric: part('alphanumeric', 'Must only contain letters and numbers', matches(/^[a-z0-9]+$/i)),
  numeric: part('numeric', 'Must only contain numbers', matches(/^\d+$/)),
  uuid: part('uuid', 'Must be a UUID', matches(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i)),
}
const NUMBER: Readonly<Record<string, MakePart>> = {
  min,
  max,
  integer: part('integer', 'Must be an integer', Number.isInteger),
  positive: part('positive', 'Must be a positive number', (value) => value > 0),
  negative: part('negative', 'Must be a negative number', (value) => value < 0),
  divisibleBy: part(
    'divisibleBy',
    'Must be divisible by {divisor}',
    (value, by: number) => value % by === 0,
    'divisor',
  ),
}
const custom = (test: (value: unknown) => boolean, message = 'Is not valid'): Part => ({
  name: 'custom',
  test,
  message,
})

const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value)
const isDate = (value: unknown): boolean => value instanceof Date && !Number.isNaN(value.getTime())
const isText = (value: unknown): boolean => typeof value === 'string'
const isWhole = (value: unknown): boolean => Number.isSafeInteger(value)

/** A rule object: chains as those of ts-validation do, and answers as they do. */
function ruleOf(
  name: string,
  first: (value: any) => boolean,
  methods: Readonly<Record<string, MakePart>>,
  more: object = {},
): object {
  const rules: Part[] = [{ name, test: first, message: `Must be a valid ${name}` }]
  const rule: Record<string, unknown> = {
    ...more,
    name,
    rules,
    isRequired: false,
    validate(value: unknown) {
      const isThere = value !== undefined && value !== null && value !== ''
      const failed = isThere ? rules.filter(({ test }) => !test(value)) : []
      const valid = isThere ? failed.length === 0 : rule['isRequired'] !== true
      return { valid, errors: failed.map(({ message }) => ({ message })) }
    },
  }
  for (const [method, make] of Object.entries<MakePart>({ ...methods, custom }))
    rule[method] = (...given: unknown[]) => {
      rules.push(make(...given))
      return chained
    }
  rule['required'] = () => {
    rule['isRequired'] = true
    return chained
  }
  rule['optional'] = rule['nullable'] = () => {
    rule['isRequired'] = false
    return chained
  }
  const chained: object = new Proxy(rule, {
    get(target, member) {
      if (typeof member === 'symbol' || Object.hasOwn(target, member) || SILENT.has(member))
        return Reflect.get(target, member)
      // A rule that is not known would let everything pass.
      return () => {
        throw unknownRule(`schema.${name}().${member}()`)
      }
    },
  })
  return chained
}

/** Members that are asked for by those who only look. */
const SILENT: ReadonlySet<string> = new Set([
  'then',
  'toJSON',
  'schema',
  'def',
  'type',
  'kind',
  'wrapped',
  'allowedValues',
  'options',
  'values',
  'enum',
  'rule',
  'message',
  'definition',
  '_definition',
  'getDefinition',
])

function unknownRule(call: string): ModelParserError {
  return new ModelParserError(
    'PARSER.MISSING_MODULE',
    `${call} is called, and @stacksjs/ts-validation is not installed where the models are.`,
    {
      hint: 'Install @stacksjs/ts-validation, and its rules are used.',
    },
  )
}

const KINDS: Readonly<Record<string, (...given: any[]) => object>> = {
  string: () => ruleOf('string', isText, TEXT),
  text: () => ruleOf('text', isText, TEXT),
  password: () => ruleOf('password', isText, TEXT),
  time: () => ruleOf('time', matches(/^(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?$/), TEXT),
  json: () => ruleOf('json', isText, {}),
  number: () => ruleOf('number', isNumber, NUMBER),
  float: () => ruleOf('float', isNumber, NUMBER),
  double: () => ruleOf('double', isNumber, NUMBER),
  decimal: () => ruleOf('decimal', isNumber, NUMBER),
  integer: () => ruleOf('integer', isWhole, NUMBER),
  smallint: () => ruleOf('smallint', (value: number) => isWhole(value) && Math.abs(value) <= 32_768, NUMBER),
  unix: () => ruleOf('unix', isNumber, NUMBER),
  bigint: () => ruleOf('bigint', (value) => typeof value === 'bigint', NUMBER),
  boolean: () => ruleOf('boolean', (value) => typeof value === 'boolean', {}),
  date: () => ruleOf('date', isDate, {}),
  datetime: () => ruleOf('datetime', isDate, {}),
  // Seconds, as of ts-validation; the validator gives dates as such.
  timestamp: () => ruleOf('timestamp', isNumber, {}),
  timestampTz: () => ruleOf('timestampTz', (value) => !Number.isNaN(Date.parse(String(value))), {}),
  array: () => ruleOf('array', Array.isArray, LENGTH),
  object: (shape?: Readonly<Record<string, { validate(value: unknown): { valid: boolean } }>>) =>
    ruleOf(
      'object',
      (value) =>
        typeof value === 'object' &&
        value !== null &&
        !Array.isArray(value) &&
        Object.entries(shape ?? {}).every(([name, rule]) => rule.validate(Reflect.get(value as object, name)).valid),
      {},
    ),
  enum: (values: readonly unknown[]) =>
    ruleOf('enum', (value) => values.includes(value), {}, { allowedValues: values }),
  blob: () => ruleOf('blob', (value) => value instanceof Uint8Array, {}),
  binary: () => ruleOf('binary', (value) => value instanceof Uint8Array, {}),
  custom: (test: (value: unknown) => boolean, message?: string) =>
    ruleOf('custom', (value) => custom(test, message).test(value), {}),
}

/** `schema` of `@stacksjs/validation`, for models whose project has not installed it. */
export const schemaStandIn: object = new Proxy(KINDS, {
  get(kinds, member) {
    if (typeof member === 'symbol' || Object.hasOwn(kinds, member) || SILENT.has(member))
      return Reflect.get(kinds, member)
    return () => {
      throw unknownRule(`schema.${member}()`)
    }
  },
})
