import { createReadStream, createWriteStream, existsSync, renameSync, rmSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { TransferError } from './errors.js'

/**
 * Writes text to a file, which is there when it is whole: until then it has another name, and after a failure none.
 *
 * @throws TransferError `TRANSFER.FILE_EXISTS` before anything is read, `TRANSFER.FILE`; what the text throws
 */
export async function writeFile(
  file: string,
  text: AsyncIterable<string>,
  {
    gzip,
    overwrite,
    signal,
  }: { readonly gzip: boolean; readonly overwrite: boolean; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  if (!overwrite && existsSync(file))
    throw new TransferError('TRANSFER.FILE_EXISTS', `There is a file ${file} already.`, { details: { file } })
  const part = `${file}.part`
  let fault: unknown
  const watched = async function* (): AsyncGenerator<string> {
    try {
      yield* text
    } catch (error) {
      fault = error
      throw error
    }
  }
  try {
    const steps = [Readable.from(watched()), ...(gzip ? [createGzip()] : []), createWriteStream(part)] as const
    await pipeline(steps as never, signal === undefined ? {} : { signal })
    renameSync(part, file)
  } catch (cause) {
    rmSync(part, { force: true })
    if (fault !== undefined) throw fault
    signal?.throwIfAborted()
    throw new TransferError('TRANSFER.FILE', `${file} cannot be written: ${reasonOf(cause)}.`, {
      cause,
      details: { file },
    })
  }
}

/** The text of a file, in parts. @throws TransferError `TRANSFER.FILE`, `TRANSFER.UNREADABLE` for one whose gzip is damaged */
export async function* readText(file: string, gzip: boolean): AsyncGenerator<string> {
  const source = createReadStream(file)
  const stream = gzip ? source.pipe(createGunzip()) : source
  if (gzip) source.on('error', (error) => stream.destroy(error))
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const bytes of stream as AsyncIterable<Uint8Array>) yield decoder.decode(bytes, { stream: true })
    const rest = decoder.decode()
    if (rest !== '') yield rest
  } catch (cause) {
    const { code = '' } = cause as { code?: string }
    const damaged = code.startsWith('Z_') || code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
    throw new TransferError(
      damaged ? 'TRANSFER.UNREADABLE' : 'TRANSFER.FILE',
      damaged ? `${file} is damaged: ${reasonOf(cause)}.` : `${file} cannot be read: ${reasonOf(cause)}.`,
      { cause, details: { file } },
    )
  } finally {
    source.destroy()
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
