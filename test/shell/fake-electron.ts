/* oxlint-disable typescript/no-unsafe-type-assertion -- a fake is narrower than what it stands for; `satisfies` checks it */
import { EventEmitter } from 'node:events';
import type {
  App,
  BrowserWindow,
  BrowserWindowConstructorOptions,
  CommandLine,
  CustomScheme,
  Dialog,
  IpcMain,
  Menu,
  MenuItemConstructorOptions,
  NativeTheme,
  PowerMonitor,
  Protocol,
  ProxyConfig,
  Rectangle,
  Screen,
  Session,
  Shell,
  Tray,
  WebContents,
  WebFrameMain,
  WebRequest,
  Notification,
  NotificationConstructorOptions,
  Settings,
} from 'electron';
import type { Electron } from '../../main/shell/companion-host.ts';

/**
 * Electron's module by hand: as much of it as the shell uses, each part checked against Electron's own types by
 * `satisfies`, so that a renamed or retyped member fails the type check here.
 */
type Listener = (...args: never[]) => void;

/** `on`, `once` of an Electron emitter return the emitter; the shell never looks, so `never` fits every overload. */
function emitterOf(events: EventEmitter): {
  on: (event: string, listener: Listener) => never;
  once: (event: string, listener: Listener) => never;
} {
  return {
    on: (event, listener) => events.on(event, listener as (...args: unknown[]) => void) as never,
    once: (event, listener) => events.once(event, listener as (...args: unknown[]) => void) as never,
  };
}

export class FakeWebContents {
  readonly events = new EventEmitter();
  readonly on = emitterOf(this.events).on;
  readonly sent: unknown[][] = [];
  readonly mainFrame: { url: string };
  openHandler: ((details: { url: string }) => { action: string }) | undefined;
  webRtc = 'default';

  constructor(url: string) {
    this.mainFrame = { url };
  }

  setWebRTCIPHandlingPolicy(policy: 'default' | 'disable_non_proxied_udp'): void {
    this.webRtc = policy;
  }

  setWindowOpenHandler(handler: (details: never) => { action: string }): void {
    this.openHandler = handler as (details: { url: string }) => { action: string };
  }

  getURL(): string {
    return this.mainFrame.url;
  }

  send(channel: string, ...args: unknown[]): void {
    this.sent.push([channel, ...args]);
  }
}

export interface FakeWindow {
  readonly options: BrowserWindowConstructorOptions;
  readonly events: EventEmitter;
  readonly contents: FakeWebContents;
  readonly shown: string[];
  minimized: boolean;
  destroyed: boolean;
  onTop: boolean;
  /** What the person does, or the shell: the window closes, with its events. */
  close(): void;
  /** Another program's window came in front. */
  blur(): void;
}

/** One session of the app: the default one, or that of a partition. */
export interface FakeSession {
  permission: ((contents: unknown, permission: string, answer: (allowed: boolean) => void) => void) | undefined;
  check: (() => boolean) | undefined;
  device: (() => boolean) | undefined;
  request: ((details: { url: string }, answer: (reply: { cancel?: boolean }) => void) => void) | undefined;
  proxy: ProxyConfig | undefined;
  readonly events: EventEmitter;
  readonly protocols: Map<string, (request: Request) => Response | Promise<Response>>;
}

export interface FakeNotification {
  readonly options: NotificationConstructorOptions;
  readonly events: EventEmitter;
  /** `show`, `close`. */
  readonly log: string[];
}

export interface FakeElectron {
  readonly electron: Electron;
  /** Everything that was asked of Electron, in order. */
  readonly log: string[];
  readonly appEvents: EventEmitter;
  readonly powerEvents: EventEmitter;
  readonly windows: FakeWindow[];
  readonly trays: {
    image: string;
    tooltip: string;
    menu: MenuItemConstructorOptions[];
    /** How often a menu was built. */
    menus: number;
    events: EventEmitter;
  }[];
  readonly notifications: FakeNotification[];
  readonly handlers: Map<string, (event: unknown, ...args: unknown[]) => unknown>;
  readonly opened: string[];
  readonly boxes: string[];
  readonly session: FakeSession;
  /** By the name of their partition. */
  readonly partitions: Map<string, FakeSession>;
  loginItem: Settings | undefined;
  loginStatus: 'enabled' | 'requires-approval';
  wasOpenedAtLogin: boolean;
  readonly schemes: CustomScheme[];
  applicationMenu: MenuItemConstructorOptions[] | null | undefined;
  ready(): void;
  quitEvent(): { prevented: boolean };
}

function fakeSession(log: string[]): { readonly fake: FakeSession; readonly session: Partial<Session> } {
  const fake: FakeSession = {
    permission: undefined,
    check: undefined,
    device: undefined,
    request: undefined,
    proxy: undefined,
    events: new EventEmitter(),
    protocols: new Map(),
  };
  const session = {
    on: emitterOf(fake.events).on,
    protocol: {
      handle: (scheme, handler) => {
        fake.protocols.set(scheme, handler);
      },
    } satisfies Partial<Protocol> as unknown as Protocol,
    setPermissionRequestHandler: (handler) => {
      fake.permission = handler as NonNullable<typeof fake.permission>;
    },
    setPermissionCheckHandler: (handler) => {
      fake.check = handler as unknown as () => boolean;
    },
    setDevicePermissionHandler: (handler) => {
      fake.device = handler as unknown as () => boolean;
    },
    setDisplayMediaRequestHandler: () => undefined,
    setProxy: (config) => {
      fake.proxy = config;
      return Promise.resolve();
    },
    setSpellCheckerEnabled: (enabled) => {
      log.push(`spellcheck ${enabled}`);
    },
    webRequest: {
      onBeforeRequest: (listener: unknown) => {
        fake.request = listener as NonNullable<typeof fake.request>;
      },
    } satisfies Partial<WebRequest> as unknown as WebRequest,
  } satisfies Partial<Session>;
  return { fake, session };
}

export function createFakeElectron(
  setup: { lock?: boolean; packaged?: boolean; root?: string; switches?: string[] } = {},
): FakeElectron {
  const log: string[] = [];
  const appEvents = new EventEmitter();
  let becomeReady = (): void => undefined;
  const ready = new Promise<void>((resolve) => {
    becomeReady = resolve;
  });
  const defaultSession = fakeSession(log);
  const fake: Omit<FakeElectron, 'electron'> = {
    log,
    appEvents,
    powerEvents: new EventEmitter(),
    windows: [],
    trays: [],
    handlers: new Map(),
    opened: [],
    boxes: [],
    session: defaultSession.fake,
    partitions: new Map(),
    notifications: [],
    loginItem: undefined,
    loginStatus: 'enabled',
    wasOpenedAtLogin: false,
    schemes: [],
    applicationMenu: undefined,
    ready: () => becomeReady(),
    quitEvent() {
      const event = { prevented: false, preventDefault: () => undefined };
      event.preventDefault = () => {
        event.prevented = true;
      };
      appEvents.emit('before-quit', event);
      return event;
    },
  };

  const app = {
    ...emitterOf(appEvents),
    isPackaged: setup.packaged ?? true,
    requestSingleInstanceLock: () => {
      log.push('lock');
      return setup.lock ?? true;
    },
    quit: () => {
      log.push('quit');
      // As Electron does: quit asks first, and goes on unless somebody objects.
      if (!fake.quitEvent().prevented) log.push('gone');
    },
    exit: (code) => {
      log.push(`exit ${code ?? 0}`);
    },
    enableSandbox: () => {
      log.push('sandbox');
    },
    whenReady: () => ready,
    getAppPath: () => setup.root ?? '/app',
    setAsDefaultProtocolClient: (scheme) => {
      log.push(`scheme of links ${scheme}`);
      return true;
    },
    setAppUserModelId: (id) => {
      log.push(`app id ${id}`);
    },
    setLoginItemSettings: (settings) => {
      fake.loginItem = settings;
    },
    getLoginItemSettings: () => ({
      openAtLogin: fake.loginItem?.openAtLogin ?? false,
      wasOpenedAtLogin: fake.wasOpenedAtLogin,
      status: fake.loginStatus,
      executableWillLaunchAtLogin: false,
      launchItems: [],
    }),
    commandLine: {
      appendSwitch: (name, value) => {
        log.push(value === undefined ? `switch ${name}` : `switch ${name} ${value}`);
      },
      hasSwitch: (name) => setup.switches?.includes(name) ?? false,
    } satisfies Partial<CommandLine> as unknown as CommandLine,
  } satisfies Partial<App>;

  const protocol = {
    registerSchemesAsPrivileged: (schemes) => {
      log.push('scheme');
      fake.schemes.push(...schemes);
    },
  } satisfies Partial<Protocol>;

  class FakeBrowserWindow {
    readonly events = new EventEmitter();
    readonly on = emitterOf(this.events).on;
    readonly once = emitterOf(this.events).once;
    readonly contents: FakeWebContents;
    readonly shown: string[] = [];
    readonly options: BrowserWindowConstructorOptions;
    minimized = false;
    destroyed = false;
    onTop = false;
    visible = false;
    focused = false;

    constructor(options: BrowserWindowConstructorOptions) {
      this.options = options;
      this.onTop = options.alwaysOnTop ?? false;
      this.contents = new FakeWebContents('');
      log.push('window');
      appEvents.emit('web-contents-created', {}, this.contents);
      fake.windows.push(this);
    }

    get webContents(): WebContents {
      return this.contents as unknown as WebContents;
    }

    loadURL(url: string): Promise<void> {
      this.contents.mainFrame.url = url;
      log.push(`load ${url}`);
      return Promise.resolve();
    }

    show(): void {
      this.shown.push('show');
      this.visible = true;
      this.events.emit('show');
    }

    showInactive(): void {
      this.shown.push('show inactive');
      this.visible = true;
      this.events.emit('show');
    }

    isFocused(): boolean {
      return this.focused;
    }

    focus(): void {
      this.shown.push('focus');
      this.focused = true;
      this.events.emit('focus');
    }

    blur(): void {
      this.focused = false;
      this.events.emit('blur');
    }

    restore(): void {
      this.shown.push('restore');
      this.events.emit('restore');
    }

    setAlwaysOnTop(onTop: boolean): void {
      this.onTop = onTop;
    }

    isVisible(): boolean {
      return this.visible;
    }

    isMinimized(): boolean {
      return this.minimized;
    }

    isDestroyed(): boolean {
      return this.destroyed;
    }

    getNormalBounds(): Rectangle {
      return { x: 10, y: 20, width: 900, height: 700 };
    }

    close(): void {
      this.events.emit('close', {});
      this.destroy();
    }

    destroy(): void {
      this.destroyed = true;
      this.visible = false;
      this.events.emit('closed');
      appEvents.emit('window-all-closed');
    }
  }
  // Checks each member of the fake window against the real one.
  const checkedWindow = (window: FakeBrowserWindow): Partial<BrowserWindow> => window;
  void checkedWindow;

  class FakeTray {
    readonly events = new EventEmitter();
    readonly on = emitterOf(this.events).on;
    image: string;
    tooltip = '';
    menu: MenuItemConstructorOptions[] = [];
    menus = 0;

    constructor(image: string) {
      this.image = image;
      log.push('tray');
      fake.trays.push(this);
    }

    setImage(image: string): void {
      this.image = image;
    }

    setToolTip(tooltip: string): void {
      this.tooltip = tooltip;
    }

    setContextMenu(menu: Menu | null): void {
      this.menu = menu as unknown as MenuItemConstructorOptions[];
      this.menus += 1;
    }

    destroy(): void {
      log.push('tray destroyed');
    }
  }
  type TrayMember = 'on' | 'setToolTip' | 'setContextMenu' | 'destroy';
  const checkedTray = (tray: FakeTray): Pick<Tray, TrayMember> => tray;
  void checkedTray;

  class FakeNotificationImpl {
    static isSupported(): boolean {
      return true;
    }

    readonly events = new EventEmitter();
    readonly on = emitterOf(this.events).on;
    readonly options: NotificationConstructorOptions;
    readonly log: string[] = [];

    constructor(options: NotificationConstructorOptions) {
      this.options = options;
      fake.notifications.push(this);
    }

    show(): void {
      this.log.push('show');
    }

    close(): void {
      this.log.push('close');
    }
  }
  const checkedNotification = (notification: FakeNotificationImpl): Pick<Notification, 'on' | 'show' | 'close'> =>
    notification;
  void checkedNotification;

  const ipcMain = {
    handle: (channel, listener) => {
      fake.handlers.set(channel, listener as (event: unknown, ...args: unknown[]) => unknown);
    },
  } satisfies Partial<IpcMain>;

  const module = {
    app,
    protocol,
    ipcMain,
    session: {
      defaultSession: defaultSession.session,
      fromPartition: (name: string) => {
        const made = fakeSession(log);
        fake.partitions.set(name, made.fake);
        return made.session;
      },
    },
    Notification: FakeNotificationImpl,
    BrowserWindow: FakeBrowserWindow,
    Tray: FakeTray,
    Menu: {
      buildFromTemplate: (template: MenuItemConstructorOptions[]) => template,
      setApplicationMenu: (menu: MenuItemConstructorOptions[] | null) => {
        fake.applicationMenu = menu;
      },
    },
    screen: {
      getAllDisplays: () =>
        [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] as ReturnType<Screen['getAllDisplays']>,
    } satisfies Partial<Screen>,
    powerMonitor: { on: emitterOf(fake.powerEvents).on } satisfies Partial<PowerMonitor>,
    nativeTheme: { shouldUseDarkColors: false } satisfies Partial<NativeTheme>,
    shell: {
      openExternal: (url) => {
        fake.opened.push(url);
        return Promise.resolve();
      },
    } satisfies Partial<Shell>,
    dialog: {
      showErrorBox: (title, content) => {
        fake.boxes.push(`${title}\n${content}`);
      },
    } satisfies Partial<Dialog>,
    crashReporter: {
      start: () => {
        log.push('crash reporter');
      },
    },
  };
  // The parts are checked above; the module as a whole holds far more than the shell uses.
  return Object.assign(fake, { electron: module as unknown as Electron });
}

/** The sender of an IPC call as Electron describes it. */
export function ipcEvent(window: FakeWindow, frame: { url: string } | null = window.contents.mainFrame): unknown {
  const senderFrame = frame as WebFrameMain | null;
  return { sender: window.contents, senderFrame };
}

/** What the person does: a click on an item of a menu. */
export function clickItem(item: MenuItemConstructorOptions | undefined): void {
  (item?.click as unknown as (() => void) | undefined)?.();
}
