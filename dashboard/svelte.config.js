export default {
  compilerOptions: {
    runes: true,
    discloseVersion: false,
    cssHash: ({ hash, css }) => `s${hash(css).slice(0, 4)}`, // short: the name stands on every styled element
  },
};
