/** Returns the words of a command and its arguments, each with its place, such as `args[0]`. */
export const wordsIn = <Word>({
  command = [],
  args = [],
}: {
  command?: readonly Word[];
  args?: readonly Word[];
}): [place: string, word: Word][] =>
  Object.entries({ command, args }).flatMap(([key, words]) =>
    words.map((word, index): [string, Word] => [`${key}[${index}]`, word]),
  );
