# For bash; load it with: source <(animus-verify completion bash)
_animus_verify() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  case $before in
    --key | --witness) return ;;
    --key-file | --witness-file | --older-checkpoint | --event | --disclosures) ;;
    completion)
      COMPREPLY=($(compgen -W bash -- "$word"))
      return ;;
    *)
      local words='--key --key-file --witness --witness-file --json --version --help'
      if [[ ${COMP_WORDS[1]} == proof ]]; then
        words+=' --event --disclosures'
      else
        words+=' --older-checkpoint'
      fi
      ((COMP_CWORD == 1)) && words+=' proof completion'
      COMPREPLY=($(compgen -W "$words" -- "$word")) ;;
  esac
  compopt -o filenames
  COMPREPLY+=($(compgen -f -- "$word"))
}
complete -F _animus_verify animus-verify
