import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** What is wrong with a database file, in words for an error message. */
export class SqliteDamage {
  readonly what: string
  constructor(what: string) {
    this.what = what
  }
}

const LEAF_INDEX = 10
const LEAF_TABLE = 13
const INTERIOR_INDEX = 2
const INTERIOR_TABLE = 5

/**
 * Reads just enough of an SQLite database to tell whether it is one, whose it is and whether its trees hold together:
 * the header, the committed part of the write-ahead log, the schema, and the pages of every tree up to a budget (the
 * upper levels first). It writes nothing and takes no lock: use it while no engine has the file open.
 * Format: https://www.sqlite.org/fileformat2.html
 */
export class SqliteFile {
  readonly #file: number
  readonly #log: number | undefined
  /** Page -> offset of its newest committed copy in the log. */
  readonly #logged = new Map<number, number>()
  #pageSize = 0
  #usable = 0
  #pages = 0

  /** Opens a file and reads its header and log; damage is thrown as `SqliteDamage`. */
  constructor(path: string) {
    this.#file = openSync(path, 'r')
    try {
      this.#log = openSync(`${path}-wal`, 'r')
    } catch {
      // No log: everything is in the file.
    }
    try {
      this.#readHeader()
    } catch (error) {
      this.close()
      throw error
    }
  }

  close(): void {
    closeSync(this.#file)
    if (this.#log !== undefined) closeSync(this.#log)
  }

  /** Names and root pages of all tables and indexes. */
  schema(): ReadonlyMap<string, number> {
    const found = new Map<string, number>()
    this.#walk(1, Number.POSITIVE_INFINITY, (page, cell) => {
      const [name, root] = readSchemaRow(page, cell)
      found.set(name, root)
    })
    return found
  }

  /** Walks all trees, upper levels first, until `budget` pages were read. Throws `SqliteDamage`. */
  checkTrees(budget: number): void {
    const roots = [...this.schema().values()].filter((root) => root > 0)
    let left = budget
    for (const [index, root] of roots.entries()) {
      left -= this.#walk(root, Math.ceil(left / (roots.length - index)))
    }
  }

  #readHeader(): void {
    const { size } = fstatSync(this.#file)
    const head = Buffer.alloc(100)
    const bytesRead = readSync(this.#file, head, 0, 100, 0)
    if (size === 0) return
    if (bytesRead < 100 || head.toString('latin1', 0, 16) !== 'SQLite format 3\0') {
      throw new SqliteDamage('it is not an SQLite database')
    }
    const pageSize = head.readUInt16BE(16) === 1 ? 65_536 : head.readUInt16BE(16)
    if (pageSize < 512 || (pageSize & (pageSize - 1)) !== 0) throw new SqliteDamage('its header is damaged')
    this.#pageSize = pageSize
    this.#usable = pageSize - head.readUInt8(20)
    // The count in the header is only good when the last writer kept it (the two counters agree).
    const counted = head.readUInt32BE(24) === head.readUInt32BE(92) ? head.readUInt32BE(28) : 0
    this.#pages = counted === 0 ? Math.floor(size / pageSize) : counted
    this.#readLog()
    for (let page = this.#pages; page * pageSize > size; page -= 1) {
      if (!this.#logged.has(page)) throw new SqliteDamage(`it is cut off after ${size} bytes`)
    }
  }

  /** Frames count up to the last commit whose chain of checksums holds; what comes after was never committed. */
  #readLog(): void {
    const head = Buffer.alloc(32)
    if (this.#log === undefined || readSync(this.#log, head, 0, 32, 0) < 32) return
    const magic = head.readUInt32BE(0)
    if ((magic & 0xffff_fffe) >>> 0 !== 0x377f_0682 || head.readUInt32BE(8) !== this.#pageSize) return
    const littleEndian = (magic & 1) === 0
    const frame = Buffer.alloc(24 + this.#pageSize)
    const pending = new Map<number, number>()
    let sums = checksum(head.subarray(0, 24), [0, 0], littleEndian)
    for (let offset = 32; ; offset += frame.length) {
      const bytesRead = readSync(this.#log, frame, 0, frame.length, offset)
      if (bytesRead < frame.length || frame.compare(head, 16, 24, 8, 16) !== 0) return
      sums = checksum(frame.subarray(24), checksum(frame.subarray(0, 8), sums, littleEndian), littleEndian)
      if (frame.readUInt32BE(16) !== sums[0] || frame.readUInt32BE(20) !== sums[1]) return
      pending.set(frame.readUInt32BE(0), offset + 24)
      const pagesAfterCommit = frame.readUInt32BE(4)
      if (pagesAfterCommit === 0) continue
      this.#pages = pagesAfterCommit
      for (const [page, at] of pending) this.#logged.set(page, at)
      pending.clear()
    }
  }

  #readPage(number: number): Buffer {
    const page = Buffer.alloc(this.#pageSize)
    const logged = this.#logged.get(number)
    const [file, offset] =
      logged === undefined || this.#log === undefined
        ? [this.#file, (number - 1) * this.#pageSize]
        : [this.#log, logged]
    const bytesRead = readSync(file, page, 0, page.length, offset)
    if (bytesRead < page.length) throw new SqliteDamage(`page ${number} is missing`)
    return page
  }

  /** Breadth first. Returns the number of pages read; `onRow` gets every cell of a table's leaves. */
  #walk(root: number, budget: number, onRow?: (page: Buffer, cell: number) => void): number {
    if (this.#pages === 0) return 0
    const queue = [root]
    const seen = new Set<number>()
    let kind: number | undefined
    for (const number of queue) {
      if (seen.size >= budget) break
      if (number < 1 || number > this.#pages || seen.has(number)) {
        throw new SqliteDamage(`its pages do not hold together (page ${number})`)
      }
      seen.add(number)
      const page = this.#readPage(number)
      const start = number === 1 ? 100 : 0
      const type = page.readUInt8(start)
      const interior = type === INTERIOR_INDEX || type === INTERIOR_TABLE
      const table = type === INTERIOR_TABLE || type === LEAF_TABLE ? INTERIOR_TABLE : INTERIOR_INDEX
      const known = interior || type === LEAF_INDEX || type === LEAF_TABLE
      kind ??= table
      const cells = page.readUInt16BE(start + 3)
      const pointers = start + (interior ? 12 : 8)
      if (!known || kind !== table || pointers + 2 * cells > this.#usable) {
        throw new SqliteDamage(`page ${number} is damaged`)
      }
      for (let index = 0; index < cells; index += 1) {
        const cell = page.readUInt16BE(pointers + 2 * index)
        if (cell < pointers + 2 * cells || cell + 4 > this.#usable) throw new SqliteDamage(`page ${number} is damaged`)
        if (interior) queue.push(page.readUInt32BE(cell))
        else onRow?.(page, cell)
      }
      if (interior) queue.push(page.readUInt32BE(start + 8))
    }
    return seen.size
  }
}

type Sums = readonly [number, number]

function checksum(data: Buffer, [first, second]: Sums, littleEndian: boolean): Sums {
  let a = first
  let b = second
  for (let at = 0; at < data.length; at += 8) {
    a = (a + (littleEndian ? data.readUInt32LE(at) : data.readUInt32BE(at)) + b) >>> 0
    b = (b + (littleEndian ? data.readUInt32LE(at + 4) : data.readUInt32BE(at + 4)) + a) >>> 0
  }
  return [a, b]
}

/** A row of sqlite_schema is (type, name, tbl_name, rootpage, sql); the first four always lie on the page itself. */
function readSchemaRow(page: Buffer, cell: number): readonly [name: string, root: number] {
  let at = cell
  const varint = (): number => {
    let value = 0
    for (let count = 0; count < 9; count += 1) {
      const byte = page.readUInt8(at)
      at += 1
      value = value * 128 + (byte & 0x7f)
      if (byte < 0x80) break
    }
    return value
  }
  try {
    varint()
    varint()
    const body = at + page.readUInt8(at)
    varint()
    const lengths = [varint(), varint(), varint(), varint()].map(lengthOf)
    const [type = 0, name = 0, table = 0, root = 0] = lengths
    const nameAt = body + type
    const rootAt = nameAt + name + table
    return [page.toString('utf8', nameAt, nameAt + name), root === 0 ? 0 : page.readUIntBE(rootAt, Math.min(root, 6))]
  } catch {
    throw new SqliteDamage('its schema is damaged')
  }
}

/** Bytes of a column by its serial type. */
function lengthOf(serial: number): number {
  if (serial >= 12) return Math.floor((serial - 12) / 2)
  return [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0][serial] ?? 0
}
