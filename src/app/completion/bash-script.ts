/**
 * The script for bash. Not that of the library: it needs the package bash-completion, cannot be read twice, takes words with
 * spaces apart, has the shell evaluate what was typed, and completes no files.
 *
 * @param name of the command that is completed
 * @param run what runs it, quoted
 */
export const bashScript = (name: string, run: string): string => `# bash completion for ${name}
__${name}_complete() {
  local -a words=()
  local i piece glue= typed quote= line value directive=0 cut=
  # Bash splits at : and =, which our words have in them.
  for ((i = 1; i <= COMP_CWORD; i++)); do
    piece=\${COMP_WORDS[i]}
    if [[ -z $piece && \${COMP_LINE:0:COMP_POINT} == *[[:space:]] ]]; then glue=; fi
    if ((\${#words[@]})) && [[ -n $glue || $piece == [:=]* ]]; then
      words[\${#words[@]}-1]+=$piece
    else
      words+=("$piece")
    fi
    if [[ $piece == *[:=] ]]; then glue=yes; else glue=; fi
  done
  piece=\${words[\${#words[@]}-1]}
  if [[ $piece == [\\"\\']* ]]; then quote=\${piece:0:1}; fi
  for ((i = 0; i < \${#words[@]}; i++)); do
    words[i]=\${words[i]//[\\"\\'\\\\]/}
  done
  typed=\${words[\${#words[@]}-1]}
  # What bash takes for the word is only what comes after the last : there.
  if [[ -z $quote && $typed == *:* ]]; then cut=\${typed%"\${typed##*:}"}; fi
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :* ]]; then
      directive=\${line#:}
      continue
    fi
    value=\${line%%$'\\t'*}
    if [[ -z $value ]]; then continue; fi
    value=\${value#"$cut"}
    if [[ -z $quote ]]; then printf -v value '%q' "$value"; fi
    COMPREPLY+=("$value")
  done < <(${run} complete -- "\${words[@]}" 2>/dev/null)
  if ((directive & 4)); then compopt +o default 2>/dev/null; fi
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
  return 0
}
complete -o default -F __${name}_complete ${name}
`;
