import type { ServerContext } from './context.ts'
import type { ContractReads, PermissionRecord } from './contract-reads.ts'
import { ApiError, messageOf } from './errors.ts'
import { fetchFile } from './fetch-file.ts'
import { fetchGrantFile } from './grant-file.ts'
import { validateGrant } from './grant-schema.ts'
import type { ServerIdentity } from './identity.ts'
import { jsonInstruction } from './json-mode.ts'
import { isFalsy, type JsonObject } from './json-value.ts'
import type { Prediction } from './model-provider.ts'
import { type FileRecord, openFile, type PlainFile } from './open-file.ts'
import type { OperationBody } from './operation-body.ts'
import { type PermissionId, parseOperationRequest } from './operation-request.ts'
import type { Profile } from './profile.ts'
import { buildPrompt, promptTemplateOf } from './prompt.ts'
import { type ResponseFormat, responseFormatOf } from './response-format.ts'
import { recoverSigner } from './signature.ts'

/**
 * Answers `POST /operations`: every check of the original in its order, with real chain reads, downloads and decryption,
 * then a prediction. Like the original it does not check the permission's blocks and nonce, the files' owner, the server's
 * registration, or replay.
 *
 * @returns the prediction as the provider created it
 * @throws {ApiError} the original's refusals
 * @example await createOperation(context, chain, { appSignature: '0x...', requestJson: '{"permission_id":7}' })
 */
export async function createOperation(
  context: ServerContext,
  chain: ContractReads,
  body: OperationBody,
): Promise<Prediction> {
  const id = parseOperationRequest(body.requestJson)
  const signer = recoverSigner(body.requestJson, body.appSignature)
  const permission = await readPermission(chain, id)
  const granteeAddress = await checkGrantee(chain, permission, signer)
  const { profile } = context
  const grant = validateGrant(await fetchGrantFile(context, permission.grant), {
    operations: profile.operations,
    granteeAddress,
    nowSeconds: context.now() / 1000,
  })
  refuseFilters(profile, grant.parameters)
  const format = responseFormatOf(grant.parameters)
  const identity = deriveIdentity(context, permission)
  const records = await readFiles(chain, permission.fileIds, identity)
  const files = await openFiles(context, records, identity)
  return startPrediction(context, {
    permissionId: id.text,
    parameters: grant.parameters,
    format,
    files,
  })
}

async function readPermission(chain: ContractReads, id: PermissionId): Promise<PermissionRecord> {
  const permission = id.value === undefined ? undefined : await chain.permission(id.value)
  if (permission === undefined) throw new ApiError('NOT_FOUND_ERROR', `Permission '${id.text}' not found`)
  if (permission.fileIds.length === 0)
    throw new ApiError('VALIDATION_ERROR', 'No file IDs found in permission')
  return permission
}

async function checkGrantee(
  chain: ContractReads,
  { granteeId }: PermissionRecord,
  signer: string,
): Promise<string> {
  const address = await chain.granteeAddress(granteeId)
  if (address === undefined) throw new ApiError('NOT_FOUND_ERROR', `Grantee '${granteeId}' not found`)
  // Both addresses have their checksum.
  if (signer === address) return address
  throw new ApiError(
    'AUTHENTICATION_ERROR',
    `Signature recovered address ${signer} does not match on-chain grantee address ${address}`,
  )
}

/** Ignoring filters would show the model more than the grant allows. */
function refuseFilters(profile: Profile, { filters }: JsonObject): void {
  if (!profile.filtersFiles || isFalsy(filters)) return
  throw new ApiError('OPERATION_ERROR', 'The embedded personal server does not filter files by JSONPath')
}

function deriveIdentity(context: ServerContext, { grantor }: PermissionRecord): ServerIdentity {
  try {
    return context.identityOf(grantor)
  } catch (cause) {
    throw new ApiError('OPERATION_ERROR', `Failed to derive server key: ${messageOf(cause)}`, { cause })
  }
}

async function readFiles(
  chain: ContractReads,
  fileIds: readonly bigint[],
  server: ServerIdentity,
): Promise<FileRecord[]> {
  const records: FileRecord[] = []
  for (const id of fileIds) {
    const url = await chain.fileUrl(id)
    const sealedKey = url === undefined ? undefined : await chain.fileKey(id, server.address)
    if (url === undefined || !sealedKey) throw new ApiError('NOT_FOUND_ERROR', `File '${id}' not found`)
    records.push({ id, url, sealedKey })
  }
  return records
}

async function openFiles(
  context: ServerContext,
  records: readonly FileRecord[],
  { privateKey }: ServerIdentity,
): Promise<PlainFile[]> {
  const { httpGet, readIpfs, profile, signal } = context
  const download = (url: string): Promise<Uint8Array> =>
    fetchFile({ httpGet, readIpfs, limitBytes: profile.fileLimitBytes }, url)
  const files: PlainFile[] = []
  for (const record of records) files.push(await openFile(record, privateKey, { download, signal }))
  return files
}

async function startPrediction(
  context: ServerContext,
  task: { permissionId: string; parameters: JsonObject; format: ResponseFormat; files: readonly PlainFile[] },
): Promise<Prediction> {
  const { permissionId, parameters, format, files } = task
  try {
    const promptTemplate = promptTemplateOf(parameters, context.profile)
    const texts = files.map((file) => file.text)
    const instruction = format === 'json_object' ? jsonInstruction : ''
    const prediction = await context.provider.create(
      {
        prompt: buildPrompt(promptTemplate, texts) + instruction,
        promptTemplate: typeof parameters.prompt === 'string' ? parameters.prompt : '',
        files: files.map((file) => file.bytes),
        permissionId,
      },
      context.signal,
    )
    context.jsonAnswers.expect(prediction.id, format)
    return prediction
  } catch (cause) {
    context.signal.throwIfAborted()
    throw new ApiError('COMPUTE_ERROR', `Compute operation failed: ${messageOf(cause)}`, { cause })
  }
}
