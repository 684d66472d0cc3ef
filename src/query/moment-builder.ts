import { COMPARATORS } from '../expressions/index.js'
import type { DateAttribute, EntitySchema, ModelType } from '../schema/index.js'
import { kindOf } from '../values/index.js'
import { narrowed, stateOf } from './condition-builder.js'
import { QueryError } from './errors.js'
import { dayOf, inPeriod, numberTo, onPart, periodOf, timeOf } from './period.js'
import { RelationBuilder } from './relation-builder.js'
import { checkAttribute, type Where } from './where.js'
import type { Comparison } from './where-method.js'

/** What a part of a date is asked: a value, or an operator and a value. */
export type Asked<V> = readonly [value: V] | readonly [operator: Comparison, value: V]

/** Conditions on parts of dates. All of it is UTC, however an attribute stores its dates. */
export abstract class MomentBuilder<T extends ModelType, R> extends RelationBuilder<T, R> {
  /**
   * Rows of a day: `whereDate('createdAt', '2026-01-31')`, `whereDate('createdAt', '>=', date)`. A range of keys where an
   * index sorts by the attribute.
   */
  whereDate(attribute: DateAttribute<T>, ...asked: Asked<Date | string>): this {
    return this.#ask(attribute, asked, 'a Date or a day such as 2026-01-31', (op, given) => {
      const day = dayOf(given)
      return day && inPeriod(attribute, op, day)
    })
  }

  /** Rows of a year: `whereYear('createdAt', 2026)`. A range of keys where an index sorts by the attribute. */
  whereYear(attribute: DateAttribute<T>, ...asked: Asked<number | string>): this {
    return this.#ask(attribute, asked, 'a year such as 2026', (op, given) => {
      const text = typeof given === 'number' ? String(given).padStart(4, '0') : given
      const year = typeof text === 'string' && text.length === 4 ? periodOf(text) : undefined
      return year && inPeriod(attribute, op, year)
    })
  }

  /**
   * Rows of a month of one year, which is a range (`whereMonth('createdAt', '2026-01')`), or of that month of any year
   * (`whereMonth('createdAt', 1)`), which DynamoDB cannot be asked: rows are read and looked at here.
   */
  whereMonth(attribute: DateAttribute<T>, ...asked: Asked<number | string>): this {
    return this.#ask(attribute, asked, 'a month: 1 to 12, or 2026-01', (op, given) => {
      const period = typeof given === 'string' && given.length === 7 ? periodOf(given) : undefined
      if (period !== undefined) return inPeriod(attribute, op, period)
      const month = numberTo(12, given)
      return month && onPart(attribute, op, 'month', month)
    })
  }

  /** Rows of a day of any month (1 to 31), which DynamoDB cannot be asked: rows are read and looked at here. */
  whereDay(attribute: DateAttribute<T>, ...asked: Asked<number | string>): this {
    return this.#ask(attribute, asked, 'a day of the month: 1 to 31', (op, given) => {
      const day = numberTo(31, given)
      return day && onPart(attribute, op, 'day', day)
    })
  }

  /**
   * Rows of a time of day, to the second: `whereTime('createdAt', '>=', '09:30')`. DynamoDB cannot be asked: rows are read
   * and looked at here.
   */
  whereTime(attribute: DateAttribute<T>, ...asked: Asked<Date | string>): this {
    return this.#ask(attribute, asked, 'a time such as 09:30 or 09:30:15', (op, given) => {
      const time = timeOf(given)
      return time === undefined ? undefined : onPart(attribute, op, 'time', time)
    })
  }

  /** Rows of today, in UTC, by the connection's clock when the query is written. */
  whereToday(attribute: DateAttribute<T>): this {
    return this.whereDate(attribute, this.#now())
  }

  /** Rows before now, the moment the query is written. */
  wherePast(attribute: DateAttribute<T>): this {
    return this.#moment(attribute, '<')
  }

  /** Rows after now, the moment the query is written. */
  whereFuture(attribute: DateAttribute<T>): this {
    return this.#moment(attribute, '>')
  }

  whereNowOrPast(attribute: DateAttribute<T>): this {
    return this.#moment(attribute, '<=')
  }

  whereNowOrFuture(attribute: DateAttribute<T>): this {
    return this.#moment(attribute, '>=')
  }

  /** Rows of days before today, in UTC. */
  whereBeforeToday(attribute: DateAttribute<T>): this {
    return this.whereDate(attribute, '<', this.#now())
  }

  /** Rows of days after today, in UTC. */
  whereAfterToday(attribute: DateAttribute<T>): this {
    return this.whereDate(attribute, '>', this.#now())
  }

  whereTodayOrBefore(attribute: DateAttribute<T>): this {
    return this.whereDate(attribute, '<=', this.#now())
  }

  whereTodayOrAfter(attribute: DateAttribute<T>): this {
    return this.whereDate(attribute, '>=', this.#now())
  }

  #now(): Date {
    return new Date(stateOf(this).bind().connection.clock.now())
  }

  #moment(attribute: string, op: '<' | '<=' | '>' | '>='): this {
    checkDate(stateOf(this).schema, attribute, op)
    return narrowed(this, { kind: 'compare', attribute, op, value: this.#now(), now: true })
  }

  #ask(
    attribute: string,
    asked: Asked<unknown>,
    wanted: string,
    where: (op: string, given: unknown) => Where | 0 | undefined,
  ): this {
    const { schema } = stateOf(this)
    const [op, given] = asked.length === 1 ? ['=', asked[0]] : asked
    checkDate(schema, attribute, op)
    const found = where(op, given)
    if (found) return narrowed(this, found)
    const plain = typeof given === 'number' ? String(given) : typeof given === 'string' ? `"${given}"` : undefined
    const shown = schema.secret.has(attribute) || plain === undefined ? kindOf(given) : plain
    throw new QueryError('QUERY.INVALID_VALUE', `${schema.name}.${attribute} is asked for ${wanted}, not ${shown}.`, {
      hint: 'All of it is UTC.',
      details: { model: schema.name, attribute },
    })
  }
}

/** @throws QueryError `QUERY.INVALID_OPERATOR` for an attribute that is no date, or for what is no comparison */
function checkDate(schema: EntitySchema, attribute: string, op: string): void {
  checkAttribute(schema, attribute)
  const { type, cast } = schema.attribute.get(attribute) ?? {}
  const fault = (message: string, hint: string): QueryError =>
    new QueryError('QUERY.INVALID_OPERATOR', `${schema.name}.${attribute} ${message}`, {
      hint,
      details: { model: schema.name, attribute },
    })
  if (type !== 'date')
    throw fault(
      `is ${type === undefined ? 'a place inside an attribute' : `a ${type}`}, not a date.`,
      "Declare it with type: 'date', or compare it with where().",
    )
  if (typeof cast === 'object')
    throw fault('has a cast of its own: only that knows its dates.', 'Compare it with where() or whereBetween().')
  if (COMPARATORS[op] === undefined)
    throw fault(`cannot be asked "${op}" here.`, `Write ${Object.keys(COMPARATORS).join(', ')}.`)
}
