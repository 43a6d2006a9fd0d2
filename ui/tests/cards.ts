/** The five profiles as the application shows them, and the zones of an account. */
import type { PermissionRow, ProfileCard, ZoneChoice } from '../src/generated/types';
import { ownStack as stack, profile } from './fixtures';

const none: PermissionRow[] = [];

export const siteGenerator: ProfileCard = {
  ...profile,
  conditions: [{ id: 'domain', question: 'A domain of mine is attached', needs_zone: true }],
};

export const getaipage: ProfileCard = {
  ...profile,
  id: 'getaipage',
  name: 'GetAIPage',
  summary: 'Serves your site from Workers and R2 in your own account, under your own domain.',
  needs_zone: true,
  project: null,
};

export const stackone: ProfileCard = {
  ...profile,
  id: 'stackone',
  name: 'StackOne',
  summary:
    'Manages what you choose of your Cloudflare account: Workers, sites, domains, security, traffic.',
  permissions: none,
  parts: [
    {
      id: 'workers',
      label: 'Workers, their storage and databases, and AI gateways',
      needs_zone: false,
    },
    { id: 'pages', label: 'Sites on Pages', needs_zone: false },
    {
      id: 'domains',
      label: 'Domains: DNS, certificates, settings and Workers routes',
      needs_zone: true,
    },
    { id: 'rules', label: 'Cache, page rules and traffic figures', needs_zone: true },
    { id: 'security', label: 'Firewall and access rules', needs_zone: true },
    {
      id: 'balancing',
      label: 'Load balancing, waiting rooms and health checks',
      needs_zone: true,
    },
    { id: 'tunnels', label: 'Tunnels', needs_zone: false },
  ],
  needs_zone: true,
  zones: 'all',
  project: null,
};

export const edgeStack: ProfileCard = {
  ...stack,
  summary: "Deploys your team's own Workers, D1, R2, Queues and Pages project.",
  conditions: [
    { id: 'kv', question: 'The project uses Workers KV', needs_zone: false },
    { id: 'domain', question: 'A domain of mine is attached', needs_zone: true },
    { id: 'dns', question: 'Its DNS is managed too', needs_zone: true },
  ],
  zones: 'chosen',
  project: null,
};

export const flarelink: ProfileCard = {
  ...profile,
  id: 'flarelink',
  name: 'Flarelink',
  summary:
    'Deploys sign-in, a database, sessions and storage into your own account, and looks after them.',
  optional: [
    {
      group: 'API Tokens Write',
      dashboard: 'User · API Tokens · Edit',
      why: 'To make keys for R2 with one click.',
      without:
        "More R2 keys at one click are off. Make a key pair by hand in Cloudflare's dashboard under R2, and paste it in Flarelink.",
      needs_zone: false,
      possible: false,
    },
  ],
  conditions: [
    {
      id: 'r2-keys',
      question: 'Should Flarelink get keys for R2 now, for tools that speak S3?',
      needs_zone: false,
    },
  ],
  project: null,
};

export const five: ProfileCard[] = [siteGenerator, getaipage, stackone, edgeStack, flarelink];

/** One that always wants domains, and takes several. */
export const manyDomains: ProfileCard = { ...getaipage, zones: 'chosen' };

/** One with something that can be left out. */
export const withOptional: ProfileCard = {
  ...flarelink,
  optional: [
    ...flarelink.optional,
    {
      group: 'Workers Routes Write',
      dashboard: 'Zone · Workers Routes · Edit',
      why: 'To put sign-in under your own domain.',
      without: 'Sign-in stays under workers.dev.',
      needs_zone: true,
      possible: true,
    },
  ],
};

export const meadow: ZoneChoice = {
  id: '023e105f4ecef8ad9ca31a8372d0c353',
  name: 'meadow.example',
};

export const fewZones: ZoneChoice[] = [
  meadow,
  { id: '1'.repeat(32), name: 'meadow-shop.example' },
  { id: '2'.repeat(32), name: 'river.example' },
];

/** As many zones as the largest account has. */
export const manyZones: ZoneChoice[] = Array.from({ length: 10_000 }, (_, index) => ({
  id: index.toString(16).padStart(32, '0'),
  name: `${['harbour', 'meadow', 'north', 'river'][index % 4] ?? ''}-${index.toString().padStart(5, '0')}.example`,
}));

/** One that brings its own colour, picture and help. */
export const branded: ProfileCard = {
  ...siteGenerator,
  brand: {
    accent: '#1f5eff',
    logo: 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAMAAAAoLQ9TAAAABlBMVEUfXv////8Of1jIAAAAE0lEQVR42mNgoBJghIKBFqAQAAAjEABBfeP81wAAAABJRU5ErkJggg==',
    support: 'mailto:help@platform.example',
    docs: [{ title: 'How it deploys', url: 'https://platform.example/deploys' }],
  },
};
