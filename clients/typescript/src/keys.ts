import type { paths } from "./schema.js";

/** The keys of T that must be there. */
type Required<T> = { [K in keyof T]-?: object extends Pick<T, K> ? never : K }[keyof T];

type WithoutKey<Header> = Omit<Header, "Idempotency-Key"> & {
  readonly "Idempotency-Key"?: string;
};

type LenientHeader<Header> =
  Required<WithoutKey<Header>> extends never
    ? { readonly header?: WithoutKey<Header> }
    : { readonly header: WithoutKey<Header> };

type LenientParameters<Parameters> = Parameters extends { readonly header: infer Header }
  ? Header extends { readonly "Idempotency-Key": string }
    ? Omit<Parameters, "header"> & LenientHeader<Header>
    : Parameters
  : Parameters;

type LenientOperation<Operation> = Operation extends { readonly parameters: infer Parameters }
  ? Omit<Operation, "parameters"> & { readonly parameters: LenientParameters<Parameters> }
  : Operation;

/** The paths of the document, where a write may leave its idempotency key to this client. */
export type Paths = {
  [Path in keyof paths]: {
    [Method in keyof paths[Path]]: Method extends "parameters"
      ? paths[Path][Method]
      : LenientOperation<paths[Path][Method]>;
  };
};
