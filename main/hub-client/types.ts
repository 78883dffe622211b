/**
 * What a program sees of the hub client. Names no other file, because the build puts it beside the client as it is, as
 * the types of `runlayer-companion/hub`.
 */
export type DefaultMode = 'allow' | 'read-only' | 'ask' | 'deny';

/** One of your connectors, or the address of an MCP server (Streamable HTTP). */
export type HubTarget = { connector: string } | { endpoint: string; default: DefaultMode };

export interface HubConfig {
  name: string;
  target: HubTarget;
  /** `*` and `?` match; against the tool's name and `<service>.<tool>`. */
  allowedTools: string[];
  description: string;
  createdAt: string;
  updatedAt: string;
}

export interface HubBinding {
  id: string;
  /** Null: all connectors. */
  config: string | null;
  /** Names of variables or headers, and references such as `keychain:github`. */
  secrets: Record<string, string>;
  client?: string | undefined;
  /** Shell variable that holds its token by convention. */
  variable: string;
  createdAt: string;
  rotatedAt?: string | undefined;
  sessions: number;
  lastUsedAt?: string | undefined;
  /** Why its token would be refused now; empty while it would not. */
  problem: string;
}

export interface BoundToken {
  binding: HubBinding;
  /** Shown to nobody ever again. */
  token: string;
  url: string;
}

/** Rejections are errors with these. */
export interface HubError extends Error {
  /** `E_…`, stable. */
  readonly code: string;
  /** What to do next. */
  readonly next: string;
}

/** `yes` answers the question that a person would be asked (`-y`); without it what weakens protection is refused. */
export interface Confirmation {
  readonly yes?: boolean | undefined;
}

export type Target =
  | { readonly connector: string; readonly endpoint?: undefined; readonly default?: undefined }
  | { readonly endpoint: string; readonly default?: DefaultMode | undefined; readonly connector?: undefined };

export type NewConfig = Target & {
  readonly name: string;
  /** All tools where it is left out. */
  readonly allowedTools?: readonly string[] | undefined;
  readonly description?: string | undefined;
};

/** What is left out stays. */
export interface ConfigChange {
  readonly connector?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly default?: DefaultMode | undefined;
  readonly allowedTools?: readonly string[] | undefined;
  readonly description?: string | undefined;
}

export interface NewBinding {
  readonly secrets?: Readonly<Record<string, string>> | undefined;
  readonly client?: string | undefined;
}

export interface NamedConfig {
  readonly name: string;
  get(): Promise<HubConfig>;
  update(change: ConfigChange, confirmation?: Confirmation): Promise<HubConfig>;
  delete(): Promise<void>;
  bind(binding?: NewBinding, confirmation?: Confirmation): Promise<BoundToken>;
}

export interface McpConfigs {
  create(config: NewConfig, confirmation?: Confirmation): Promise<HubConfig>;
  list(): Promise<HubConfig[]>;
  /** Asks nothing: whether there is one of that name is told by what is done with it. */
  fromId(name: string): NamedConfig;
  /** A token for all connectors at once. */
  bindAll(binding?: Pick<NewBinding, 'client'>, confirmation?: Confirmation): Promise<BoundToken>;
  binds(): Promise<HubBinding[]>;
  /** The old token is dead when it answers. */
  rotate(binding: string, confirmation?: Confirmation): Promise<BoundToken>;
  revoke(binding: string): Promise<void>;
}

export interface HubClientOptions {
  /** The companion's folder; `RUNLAYER_COMPANION_HOME` or `~/.runlayer/companion` where it is left out. */
  readonly home?: string | undefined;
}
