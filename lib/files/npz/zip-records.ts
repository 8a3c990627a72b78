/**
 * The records of a zip archive, by their signatures and the bytes of their fixed parts: APPNOTE.TXT 6.3.10, sections 4.3.7 and
 * 4.3.12 to 4.3.16.
 * @module
 */

/** The local header, in front of the bytes of a member. */
export const LOCAL = 0x04034b50
export const LOCAL_SIZE = 30

/** The header of a member in the directory. */
export const CENTRAL = 0x02014b50
export const CENTRAL_SIZE = 46

/** The end record, last in the archive. */
export const END = 0x06054b50
export const END_SIZE = 22

/** The end record of zip64, with numbers of 64 bits. */
export const END_64 = 0x06064b50
export const END_64_SIZE = 56

/** The record between both, which says where the one of zip64 starts. */
export const LOCATOR_64 = 0x07064b50
export const LOCATOR_64_SIZE = 20

/** The identifier of the extra field with numbers of 64 bits. */
export const WIDE_FIELD = 0x0001

/** What a field holds whose number is in a record or field of zip64. */
export const MANY = 0xffff
export const LARGE = 0xffff_ffff

/** The methods of compression. */
export const STORED = 0
export const DEFLATED = 8
