import "ws";

// `ws` exports its Sender, but the package of its types leaves that out.
declare module "ws" {
  export const Sender: {
    frame(
      data: Buffer,
      options: {
        readonly fin: boolean;
        readonly rsv1: boolean;
        readonly opcode: number;
        readonly mask: boolean;
        readonly readOnly: boolean;
      },
    ): Buffer[];
  };
}
