/** Signing in to a mailbox with the provider that keeps it. */
import { ExternalLink } from "lucide-preact";
import { t } from "../../shared/i18n";
import { useChannels } from "./overview";

const NAMES = { google: "Google", microsoft: "Microsoft" } as const;

export function SignInWith({ provider, email, accountId }: { provider: "google" | "microsoft"; email: string; accountId?: number }) {
  const read = useChannels();
  const name = NAMES[provider];
  if (read.state === "ready" && !read.value.providers.includes(provider)) {
    return <p class="caution key-hint">{t("channels.provider_not_set_up", { provider: name })}</p>;
  }
  const address = `/api/channels/oauth/${provider}/start?${new URLSearchParams(accountId === undefined ? { email } : { account_id: String(accountId) })}`;
  return (
    <p>
      {/* Another site from here on: the app's router must leave this link alone. */}
      <a class="button primary" href={address} target="_self">{t("channels.sign_in_with", { provider: name })}<ExternalLink size={14} aria-hidden="true" /></a>
    </p>
  );
}
