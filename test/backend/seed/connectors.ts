/** Connectors of all three transports, and the rules about them. The `everything` ones show each kind of rule on a real server. */
import type { NewConnector, NewPolicy } from '../admin.ts';
import { SEEDED } from './ids.ts';

const { everything, files, telemetry, github, linear, figma, warehouse, slack } = SEEDED.connectors;

export const CONNECTORS: readonly NewConnector[] = [
  {
    id: everything,
    alias: 'everything',
    name: 'Everything',
    description: 'The reference server: one tool of every kind, for trying things out',
    url: 'npx',
    transport_config: { args: ['-y', '@modelcontextprotocol/server-everything@2026.8.31', 'stdio'], env: {} },
    sync_required: true,
    is_official: true,
  },
  {
    id: files,
    alias: 'firmware-files',
    name: 'Firmware files',
    description: 'Build output of the gripper and the base',
    url: 'npx',
    transport_config: { args: ['-y', '@modelcontextprotocol/server-filesystem@2026.8.31', '/srv/firmware/builds'] },
    version: 3,
  },
  {
    id: telemetry,
    alias: 'telemetry-db',
    name: 'Telemetry database',
    description: 'Read-only replica of the fleet telemetry',
    url: 'uvx',
    transport_config: {
      args: ['postgres-mcp==0.3.0', '--access-mode=restricted'],
      env: { DATABASE_URI: 'postgresql://reader:seeded-not-real@telemetry.northwind-robotics.example/fleet' },
    },
    version: 2,
  },
  {
    id: github,
    alias: 'github',
    name: 'GitHub',
    description: 'Repositories, issues and pull requests',
    url: 'https://api.githubcopilot.com/mcp/',
    transport_type: 'streaming-http',
    deployment_mode: 'remote',
    catalog_entry_name: 'com.github/mcp',
    is_official: true,
  },
  {
    id: linear,
    alias: 'linear',
    name: 'Linear',
    description: 'Issues and projects of all teams',
    url: 'https://mcp.linear.app/sse',
    transport_type: 'sse',
    deployment_mode: 'remote',
    catalog_entry_name: 'app.linear/mcp',
    is_official: true,
  },
  {
    id: figma,
    alias: 'figma-desktop',
    name: 'Figma Desktop',
    description: 'The design that is open on this machine',
    url: 'http://127.0.0.1:3845/mcp',
    transport_type: 'streaming-http',
    catalog_entry_name: 'com.figma/desktop-mcp',
    is_official: true,
  },
  {
    id: warehouse,
    alias: 'warehouse',
    name: 'Warehouse',
    description: 'Stock and orders; wants to know who asks',
    url: 'https://warehouse.northwind-robotics.example/mcp',
    transport_type: 'streaming-http',
    deployment_mode: 'remote',
    forwards_identity: true,
    version: 5,
  },
  {
    id: slack,
    alias: 'slack',
    name: 'Slack',
    description: 'Channels of the organisation',
    url: `{tenant}/api/v1/proxy/${slack}/mcp`,
    transport_type: 'streaming-http',
    deployment_mode: 'hosted',
    is_official: true,
  },
];

export const POLICIES: readonly NewPolicy[] = [
  {
    connector: everything,
    tool: 'get-env',
    rule: { kind: 'deny', reason: 'Environment variables of a workstation stay on it' },
  },
  {
    connector: everything,
    tool: 'echo',
    rule: { kind: 'deny', reason: 'Marked confidential', when: { pointer: '/message', contains: 'CONFIDENTIAL' } },
  },
  {
    connector: everything,
    tool: 'echo',
    rule: { kind: 'output', mask: [{ find: '\\b\\d{3}-\\d{2}-\\d{4}\\b', with: '[SSN]' }] },
  },
  {
    connector: everything,
    tool: 'trigger-long-running-operation',
    rule: { kind: 'arguments', set: { duration: 2, steps: 2 } },
  },
  {
    connector: everything,
    tool: 'get-tiny-image',
    rule: { kind: 'quick', result: { content: [{ type: 'text', text: 'Images are not shared with this client.' }] } },
  },
  { connector: everything, tool: 'gzip-file-as-resource', rule: { kind: 'hide' } },
  {
    connector: everything,
    tool: 'get-sum',
    rule: { kind: 'redefine', definition: { description: 'Adds two numbers (checked by Northwind Robotics)' } },
  },
  { connector: files, tool: 'write_*', rule: { kind: 'deny', reason: 'Builds are written by the build machine only' } },
  { connector: files, tool: 'move_file', rule: { kind: 'hide' } },
  {
    connector: github,
    tool: 'create_release',
    rule: { kind: 'approval', title: 'Create a release', who: { kind: 'group', is: 'firmware' } },
  },
  { connector: github, tool: 'delete_*', rule: { kind: 'deny', reason: 'Nothing is deleted through an assistant' } },
  {
    connector: telemetry,
    tool: 'execute_sql',
    rule: { kind: 'output', mask: [{ find: '\\b(?:\\d{1,3}\\.){3}\\d{1,3}\\b', with: '[IP_ADDRESS]' }] },
  },
  {
    connector: warehouse,
    tool: 'adjust_stock',
    rule: { kind: 'approval', title: 'Change stock', can_decide_inline: false },
  },
  {
    connector: slack,
    tool: 'post_message',
    rule: {
      kind: 'deny',
      reason: 'Not to the company-wide channel',
      when: { pointer: '/channel', equals: '#general' },
    },
  },
];
