export type AddressFault = 'empty' | 'wrong';

/** A platform is met over https; only one on this very machine may go without (the application has the last word). */
export function addressFault(text: string): AddressFault | null {
  if (text === '') return 'empty';
  if (!URL.canParse(text)) return 'wrong';
  const { protocol, hostname } = new URL(text);
  const here = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
  return protocol === 'https:' || (protocol === 'http:' && here) ? null : 'wrong';
}
