export { type Actor, actingAs, currentActor } from './acting.js'
export { AuditChain, AuditEntry, type AuditRecord } from './audit/audit-entry.js'
export {
  type AuditFault,
  AuditLogger,
  type AuditQuery,
  type AuditVerification,
  type ChainEnd,
} from './audit/audit-logger.js'
export { trailOf } from './audit/trail.js'
export { SECURITY_CODES, SecurityError } from './errors.js'
export {
  generateIamPolicy,
  type IamAccess,
  type IamPolicy,
  type IamPolicyOptions,
  type IamStatement,
} from './iam-policy.js'
export { type KmsClient, type KmsKeysOptions, kmsKeys } from './kms-keys.js'
export { type Reencrypted, type ReencryptOptions, reencrypt, reencryptItem } from './reencrypt.js'
export { type RoleAssumer, type TenantCredentialsOptions, tenantCredentials } from './tenant-credentials.js'
