/** The program that holds a pod's namespaces, as an ELF executable of about 130 bytes: it sleeps until it is killed. */

const MACHINES = {
  // mov eax, 34 (pause); syscall; jmp to the start
  x64: { id: 0x3e, code: "b8220000000f05ebf7" },
  // mov x0..x3, 0; mov x8, 73 (ppoll); svc 0; b to the start
  arm64: { id: 0xb7, code: "000080d2010080d2020080d2030080d2280980d2010000d4faffff17" },
} as const;

export type Architecture = keyof typeof MACHINES;

const HEADER = 64;
const PROGRAM_HEADER = 56;
const ADDRESS = 0x400000;

export function pauseProgram(architecture: Architecture): Buffer {
  const { id, code } = MACHINES[architecture];
  const instructions = Buffer.from(code, "hex");
  const start = HEADER + PROGRAM_HEADER;
  const size = start + instructions.length;
  const file = Buffer.alloc(size);
  // 64 bits, little endian, version 1.
  file.write("\x7fELF\x02\x01\x01", "latin1");
  file.writeUInt16LE(2, 16); // an executable
  file.writeUInt16LE(id, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(ADDRESS + start), 24);
  file.writeBigUInt64LE(BigInt(HEADER), 32);
  file.writeUInt16LE(HEADER, 52);
  file.writeUInt16LE(PROGRAM_HEADER, 54);
  file.writeUInt16LE(1, 56); // one program header: load all of the file, readable and executable
  file.writeUInt32LE(1, HEADER);
  file.writeUInt32LE(5, HEADER + 4);
  file.writeBigUInt64LE(BigInt(ADDRESS), HEADER + 16);
  file.writeBigUInt64LE(BigInt(ADDRESS), HEADER + 24);
  file.writeBigUInt64LE(BigInt(size), HEADER + 32);
  file.writeBigUInt64LE(BigInt(size), HEADER + 40);
  file.writeBigUInt64LE(0x1000n, HEADER + 48);
  instructions.copy(file, start);
  return file;
}
