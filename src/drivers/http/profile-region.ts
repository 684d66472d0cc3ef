import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The region a profile of `~/.aws/config` names; undefined when there is no such file, profile or line. */
export function profileRegion(profile: string | undefined, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const name = profile ?? env['AWS_PROFILE'] ?? 'default'
  let text: string
  try {
    text = readFileSync(env['AWS_CONFIG_FILE'] ?? join(homedir(), '.aws', 'config'), 'utf8')
  } catch {
    return undefined
  }
  let inside = false
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*\[\s*(?:profile\s+)?["']?(.+?)["']?\s*\]/.exec(line)?.[1]
    if (section !== undefined) inside = section === name
    // An indented line belongs to the setting above it (`s3 =`), not to the profile.
    const region = inside ? /^region\s*=\s*([^\s#;]+)/.exec(line)?.[1] : undefined
    if (region !== undefined) return region
  }
  return undefined
}
