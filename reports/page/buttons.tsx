import { useState } from "preact/hooks";

/** Copies a text, and confirms it. */
export function CopyButton({ text, children }: { text: string; children: string }) {
  const [done, setDone] = useState("");
  return (
    <button
      type="button"
      onClick={() => {
        void copy(text).then((worked) => setDone(worked ? "copied" : "select it and copy"));
      }}
    >
      {children}
      <span role="status">{done === "" ? "" : ` (${done})`}</span>
    </button>
  );
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Offers a text as a file. */
export function DownloadButton({ text, name, children }: { text: string; name: string; children: string }) {
  return (
    <button
      type="button"
      onClick={() => {
        const url = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }));
        const link = document.createElement("a");
        link.href = url;
        link.download = name.replace(/^.*\//, "");
        link.click();
        URL.revokeObjectURL(url);
      }}
    >
      {children}
    </button>
  );
}
