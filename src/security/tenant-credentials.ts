import { type Connection, type CredentialsProvider, currentConnection } from '../runtime/index.js'
import { SecurityError } from './errors.js'
import { generateIamPolicy, type IamPolicyOptions } from './iam-policy.js'

/** What `new STS({})` of `@aws-sdk/client-sts` has. AWS Security Token Service: "AssumeRole". */
export interface RoleAssumer {
  assumeRole(input: {
    RoleArn: string
    RoleSessionName: string
    Policy: string
    DurationSeconds?: number
    ExternalId?: string
  }): Promise<{
    readonly Credentials?: {
      readonly AccessKeyId?: string | undefined
      readonly SecretAccessKey?: string | undefined
      readonly SessionToken?: string | undefined
      readonly Expiration?: Date | undefined
    }
  }>
}

export interface TenantCredentialsOptions
  extends Pick<IamPolicyOptions, 'access' | 'models' | 'region' | 'account' | 'partition'> {
  readonly tenant: string
  /** `new STS({ region })`. */
  readonly sts: RoleAssumer
  /** The role whose rights are narrowed to the tenant's rows. */
  readonly roleArn: string
  /** 900 to 43,200 seconds. Default: AWS's, an hour. */
  readonly durationSeconds?: number | undefined
  readonly externalId?: string | undefined
}

/** AWS STS: "The plaintext that you use for both inline and managed session policies can't exceed 2,048 characters." */
const LONGEST_POLICY = 2048

/**
 * Credentials that reach the rows of one tenant alone: a role is assumed with the tenant's policy (`generateIamPolicy`) as
 * session policy, anew each time the driver asks, which is before they expire.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 * @param connection the one that the models are registered on, with `tenancy` in its config
 * @throws SecurityError `SECURITY.INVALID` for a policy that cannot be made, or is longer than AWS takes
 * @example
 * connect({ ...config, credentials: tenantCredentials({ tenant, sts: new STS({}), roleArn }), tenancy: { resolve: () => tenant } })
 */
export function tenantCredentials(
  options: TenantCredentialsOptions,
  connection: Connection = currentConnection(),
): CredentialsProvider {
  const { tenant, sts, roleArn, durationSeconds, externalId, ...policyOptions } = options
  const Policy = JSON.stringify(generateIamPolicy({ ...policyOptions, tenant, scans: false }, connection))
  if (Policy.length > LONGEST_POLICY)
    throw new SecurityError(
      'SECURITY.INVALID',
      `The tenant’s policy has ${Policy.length} characters, and AWS takes ${LONGEST_POLICY} of a session.`,
      { hint: 'Name the models in use, and region and account: every table and index is a part of it.' },
    )
  return async () => {
    const { Credentials } = await sts.assumeRole({
      RoleArn: roleArn,
      RoleSessionName: sessionName(tenant),
      Policy,
      ...(durationSeconds === undefined ? {} : { DurationSeconds: durationSeconds }),
      ...(externalId === undefined ? {} : { ExternalId: externalId }),
    })
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {}
    if (AccessKeyId === undefined || SecretAccessKey === undefined || SessionToken === undefined)
      throw new SecurityError('SECURITY.INVALID', 'AWS STS gave no credentials for the tenant.')
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      ...(Expiration === undefined ? {} : { expiration: Expiration }),
    }
  }
}

/** The tenant as a session's name can hold it: for the logs of AWS CloudTrail. */
function sessionName(tenant: string): string {
  return `tenant-${tenant.replaceAll(/[^\w+=,.@-]/g, '_')}`.slice(0, 64)
}
