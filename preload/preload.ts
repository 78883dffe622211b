/**
 * The sandboxed bridge between the window and the app: `window.companion`, two fixed channels, nothing else. The page
 * never gets at ipcRenderer, an IPC event, or a channel name.
 */
import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';
import { CALL_CHANNEL, EVENT_CHANNEL, type BridgeReply, type CompanionBridge } from './contract/bridge.ts';
import type { CompanionEvent } from './contract/events.ts';

const bridge: CompanionBridge = {
  async call(name, input) {
    const reply: BridgeReply = await ipcRenderer.invoke(CALL_CHANNEL, name, input);
    return reply;
  },
  onEvent(listener) {
    const forward = (_event: IpcRendererEvent, event: CompanionEvent): void => listener(event);
    ipcRenderer.on(EVENT_CHANNEL, forward);
    return () => {
      ipcRenderer.off(EVENT_CHANNEL, forward);
    };
  },
};

contextBridge.exposeInMainWorld('companion', bridge);
