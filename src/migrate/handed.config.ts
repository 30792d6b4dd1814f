/** Prisma takes its config from the default export of a file; this one gives it what the variable says. */
export default JSON.parse(process.env.PRISMA_IAM_PRISMA_CONFIG ?? '{}')
