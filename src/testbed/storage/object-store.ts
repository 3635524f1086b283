import { type AccessList, ownerEntity, usualAccess } from './access-list.ts'
import { type Binding, usualBindings } from './bucket-policy.ts'
import { checkBucketName, checkObjectName, compareNames } from './names.ts'
import type { ObjectRecord, ObjectSettings } from './object-record.ts'
import { checkPreconditions, type Preconditions } from './preconditions.ts'
import { conflict, noSuchBucket, noSuchObject } from './service-error.ts'
import type { StoredBody } from './stored-body.ts'

/** A bucket and what it holds. */
export type Bucket = {
  readonly name: string
  /** Its IAM policy, and how often that was replaced, counted from 1. */
  bindings: Binding[]
  policyVersion: number
  /** Who may do what with the bucket itself. */
  acl: AccessList
  /** What new objects get; nothing stands for the usual. */
  objectAcl: AccessList | undefined
  /** Whether replaced and deleted generations are kept. */
  versioning: boolean
  readonly timeCreated: Date
  updated: Date
  metageneration: number
  /** Settings that are kept and given back, and have no effect here: labels, cors, lifecycle, website, ... */
  settings: Record<string, unknown>
  readonly live: Map<string, ObjectRecord>
  /** Kept generations by name, oldest first. */
  readonly archived: Map<string, ObjectRecord[]>
  /** Names in listing order; `undefined` when a name came or went since it was sorted. */
  sortedNames: readonly string[] | undefined
}

/** A new object before it has a generation. */
export type ObjectDraft = ObjectSettings & { acl?: AccessList; componentCount?: number }

/** The buckets and objects of one emulator. Methods throw `ServiceError`s: 404, 409, 412, 304. */
export class ObjectStore {
  readonly #buckets = new Map<string, Bucket>()
  readonly #now: () => Date
  #lastGeneration = 0
  #objects = 0

  /** @param now the clock that times and generations come from */
  constructor(now: () => Date) {
    this.#now = now
  }

  /** The number of objects, kept generations included. */
  get size(): number {
    return this.#objects
  }

  createBucket(name: string, options: { public?: boolean; versioning?: boolean } = {}): Bucket {
    checkBucketName(name)
    if (this.#buckets.has(name)) {
      const message = 'Your previous request to create the named bucket succeeded and you already own it.'
      throw conflict(message, 'BucketAlreadyOwnedByYou')
    }
    const now = this.#now()
    const bucket: Bucket = {
      name,
      bindings: usualBindings(options.public ?? false),
      policyVersion: 1,
      acl: usualAccess(),
      objectAcl: undefined,
      versioning: options.versioning ?? false,
      timeCreated: now,
      updated: now,
      metageneration: 1,
      settings: {},
      live: new Map(),
      archived: new Map(),
      sortedNames: undefined,
    }
    this.#buckets.set(name, bucket)
    return bucket
  }

  findBucket(name: string): Bucket | undefined {
    return this.#buckets.get(name)
  }

  bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name)
    if (bucket === undefined) throw noSuchBucket()
    return bucket
  }

  /** All buckets in the order of their names. */
  buckets(): Bucket[] {
    return [...this.#buckets.values()].sort((a, b) => compareNames(a.name, b.name))
  }

  deleteBucket(name: string): void {
    const bucket = this.bucket(name)
    if (bucket.live.size + bucket.archived.size > 0) {
      throw conflict('The bucket you tried to delete is not empty.', 'BucketNotEmpty')
    }
    this.#buckets.delete(name)
  }

  /** Counts a change to a bucket's own settings. */
  touchBucket(bucket: Bucket): void {
    bucket.metageneration++
    bucket.updated = this.#now()
  }

  /** The object, or with `generation` that very generation of it, live or kept. */
  object(bucketName: string, name: string, generation?: number): ObjectRecord {
    const bucket = this.bucket(bucketName)
    const live = bucket.live.get(name)
    const found =
      generation === undefined || live?.generation === generation
        ? live
        : bucket.archived.get(name)?.find((record) => record.generation === generation)
    if (found === undefined) throw noSuchObject(bucketName, name)
    return found
  }

  /** Checks early what {@link put} will check again: uploads may take long and are refused before they start. */
  checkWritable(bucketName: string, name: string, wanted: Preconditions): void {
    checkObjectName(name)
    checkPreconditions(wanted, this.bucket(bucketName).live.get(name), 'write')
  }

  /** Makes `body` the live generation of the object. The body is the store's from here on, even if this throws. */
  put(
    bucketName: string,
    name: string,
    draft: ObjectDraft,
    body: StoredBody,
    wanted: Preconditions,
  ): ObjectRecord {
    try {
      this.checkWritable(bucketName, name, wanted)
    } catch (error) {
      body.release()
      throw error
    }
    const bucket = this.bucket(bucketName)
    const now = this.#now()
    const acl = draft.acl ?? (bucket.objectAcl && new Map([[ownerEntity, 'OWNER'], ...bucket.objectAcl]))
    const record: ObjectRecord = {
      ...draft,
      bucket: bucketName,
      name,
      generation: this.#nextGeneration(now),
      metageneration: 1,
      body,
      timeCreated: now,
      updated: now,
      ...(acl !== undefined && { acl }),
    }
    const replaced = bucket.live.get(name)
    if (replaced === undefined) bucket.sortedNames = undefined
    else this.#retire(bucket, replaced, now)
    bucket.live.set(name, record)
    this.#objects++
    return record
  }

  /** Changes an object's settings in place and counts the change. */
  update(record: ObjectRecord, change: (record: ObjectRecord) => void): ObjectRecord {
    change(record)
    record.metageneration++
    record.updated = this.#now()
    return record
  }

  /** Deletes the live object (a versioned bucket keeps it), or for good the given generation. */
  delete(bucketName: string, name: string, wanted: Preconditions, generation?: number): void {
    const bucket = this.bucket(bucketName)
    const record = this.object(bucketName, name, generation)
    checkPreconditions(wanted, record, 'write')
    if (bucket.live.get(name) === record) {
      bucket.live.delete(name)
      if (generation === undefined) this.#retire(bucket, record, this.#now())
      else this.#drop(record)
    } else {
      const kept = bucket.archived.get(name)?.filter((other) => other !== record) ?? []
      if (kept.length === 0) bucket.archived.delete(name)
      else bucket.archived.set(name, kept)
      this.#drop(record)
    }
    bucket.sortedNames = undefined
  }

  /** The names in a bucket in listing order, of live objects and of kept ones. */
  sortedNames(bucket: Bucket): readonly string[] {
    bucket.sortedNames ??= [...new Set([...bucket.live.keys(), ...bucket.archived.keys()])].sort(compareNames)
    return bucket.sortedNames
  }

  #retire(bucket: Bucket, record: ObjectRecord, now: Date): void {
    if (!bucket.versioning) {
      this.#drop(record)
      return
    }
    record.timeDeleted = now
    const kept = bucket.archived.get(record.name)
    if (kept === undefined) bucket.archived.set(record.name, [record])
    else kept.push(record)
  }

  #drop(record: ObjectRecord): void {
    this.#objects--
    record.body.release()
  }

  /** Generations are the time in microseconds, and never come twice. */
  #nextGeneration(now: Date): number {
    this.#lastGeneration = Math.max(this.#lastGeneration + 1, now.getTime() * 1000)
    return this.#lastGeneration
  }
}
