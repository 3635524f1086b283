import { type DriveFile, type DriveFiles, folderType } from './drive-files.ts'

/** A file as the API describes it, whole. */
export function fileResource(file: DriveFile, files: DriveFiles): Record<string, unknown> {
  const { id, name, mimeType, parents, createdAt, permissions, body } = file
  const isFolder = mimeType === folderType
  const time = createdAt.toISOString()
  return {
    ...{ kind: 'drive#file', id, name, mimeType, parents, createdTime: time, modifiedTime: time },
    trashed: false,
    shared: files.isPublic(file),
    permissions: permissions.map(permissionResource),
    webViewLink: isFolder
      ? `https://drive.google.com/drive/folders/${id}`
      : `https://drive.google.com/file/d/${id}/view?usp=drivesdk`,
    capabilities: { canAddChildren: isFolder, canListChildren: isFolder, canDelete: true, canShare: true },
    ...(body && {
      size: String(body.size),
      md5Checksum: Buffer.from(body.md5, 'base64').toString('hex'),
      webContentLink: `https://drive.google.com/uc?id=${id}&export=download`,
    }),
  }
}

/** A permission as the API describes it. */
export function permissionResource({ id, type, role }: DriveFile['permissions'][number]) {
  return {
    kind: 'drive#permission',
    ...{ id, type, role },
    ...(type === 'anyone' && { allowFileDiscovery: false }),
  }
}
