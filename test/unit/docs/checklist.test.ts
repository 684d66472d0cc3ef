import { expect, it } from 'vitest'
// @ts-expect-error: a script in plain JavaScript
import { idsOf, readRows } from '../../../scripts/checklist-rows.mjs'
import { read } from './sources.js'

const rows = (readRows as (text: string) => readonly { id: string; feature: string }[])(read('docs/checklist.md'))
const ids = (title: string): readonly string[] => (idsOf as (title: string) => readonly string[])(title)

it('every row of the checklist has an id of its own', () => {
  expect(rows.length).toBeGreaterThan(200)
  expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length)
})

it('a title names the rows it proves at its start', () => {
  expect(ids('M8: unique enforced')).toEqual(['M8'])
  expect(ids('M6, M7: refused')).toEqual(['M6', 'M7'])
  expect(ids('Q4: Q5: groups')).toEqual(['Q4', 'Q5'])
  expect(ids('PQ1: selects')).toEqual(['PQ1'])
  expect(ids('retries as D3: says')).toEqual([])
  expect(ids('M8 unique')).toEqual([])
})
