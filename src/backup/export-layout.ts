import { createHash, randomBytes } from 'node:crypto'

/**
 * The folders and manifests of DynamoDB's own exports to S3, so that AWS's ImportTable takes our backups and we take AWS's exports.
 * DynamoDB: "DynamoDB table export output format".
 */
export const ROOT = 'AWSDynamoDB'

/** What DynamoDB names an export: milliseconds since the epoch in 14 digits, and eight of chance. In the order of time. */
export function newBackupId(now: number): string {
  return `${String(now).padStart(14, '0')}-${randomBytes(4).toString('hex')}`
}

export interface ExportPaths {
  readonly folder: string
  readonly started: string
  readonly summary: string
  readonly files: string
  /** Ours. */
  readonly integrity: string
  data(number: number, sealed: boolean): string
  /** Holds the MD5 of a manifest, in base64. */
  checksumOf(manifest: string): string
}

/** Paths in the store, of one backup. */
export function pathsOf(id: string): ExportPaths {
  const folder = `${ROOT}/${id}`
  return {
    folder,
    started: `${folder}/_started`,
    data: (number: number, sealed: boolean) =>
      `${folder}/data/${String(number).padStart(6, '0')}.json.gz${sealed ? '.sealed' : ''}`,
    summary: `${folder}/manifest-summary.json`,
    files: `${folder}/manifest-files.json`,
    integrity: `${folder}/manifest-integrity.json`,
    checksumOf: (manifest: string) => manifest.replace(/\.json$/, '.checksum'),
  }
}

/** A line of manifest-files.json. */
export interface DataFileEntry {
  readonly itemCount: number
  /** Base64. */
  readonly md5Checksum: string
  readonly etag: string
  readonly dataFileS3Key: string
}

/** manifest-summary.json. */
export interface ExportSummary {
  readonly version: string
  readonly exportArn: string | null
  readonly startTime: string
  readonly endTime: string
  readonly tableArn: string
  readonly tableId: string | null
  readonly exportTime: string
  readonly s3Bucket: string | null
  readonly s3Prefix: string | null
  readonly s3SseAlgorithm: string | null
  readonly s3SseKmsKeyId: string | null
  readonly manifestFilesS3Key: string
  readonly billedSizeBytes: number
  readonly itemCount: number
  readonly outputFormat: string
  readonly exportType?: string
  /** Ours: the manifest that says more than DynamoDB's. An export that names it is not whole without it. */
  readonly integrityManifest?: string
}

export function md5(bytes: Uint8Array | string): string {
  return createHash('md5').update(bytes).digest('base64')
}

/** JSON that may be anything; undefined for what is none. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
