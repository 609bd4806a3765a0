/**
 * Tells password managers whose passphrase a form asks for, where nobody types the name:
 * of an account that comes from elsewhere it is not known yet.
 */
export function Username({ handle = "" }: { readonly handle?: string }) {
  return <input type="text" class="hidden" autocomplete="username" value={handle} readOnly hidden />
}
