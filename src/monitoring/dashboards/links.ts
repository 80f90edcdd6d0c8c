import { type DashboardLink, DashboardLinkType } from "@grafana/grafana-foundation-sdk/dashboard";

/** A link where people see it: the SDK's default would put it into a menu. */
export function linkTo(link: Partial<DashboardLink> & Pick<DashboardLink, "title" | "url">): DashboardLink {
  return {
    type: DashboardLinkType.Link,
    icon: "",
    tooltip: "",
    tags: [],
    asDropdown: false,
    targetBlank: false,
    includeVars: false,
    keepTime: false,
    ...link,
  };
}
