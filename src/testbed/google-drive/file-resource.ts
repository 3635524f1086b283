import { type DriveFile, folderType } from './drive-files.ts'

/** Returns the JSON form of a file: the four fields that Drive sends unless asked for more, or all of them. */
export function fileResource(file: DriveFile, detail: 'usual' | 'all'): Record<string, unknown> {
  const { id, name, mimeType, parents, createdAt, body, isShared } = file
  const usual = { kind: 'drive#file', id, name, mimeType }
  if (detail === 'usual') return usual
  const isFolder = mimeType === folderType
  return {
    ...usual,
    parents,
    createdTime: createdAt.toISOString(),
    modifiedTime: createdAt.toISOString(),
    trashed: false,
    shared: isShared,
    webViewLink: isFolder
      ? `https://drive.google.com/drive/folders/${id}`
      : `https://drive.google.com/file/d/${id}/view?usp=drivesdk`,
    capabilities: { canAddChildren: isFolder, canListChildren: isFolder, canDelete: true, canShare: true },
    size: body && String(body.size),
    md5Checksum: body && Buffer.from(body.md5, 'base64').toString('hex'),
  }
}
