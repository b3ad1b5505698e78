/* Closes what prelude-inl.h and the vector layer opened: the target's features, and contraction
 * off. It belongs after the last function that calls a kernel, which would otherwise be compiled
 * without them. */
#if defined(__clang__)
#ifdef CK_TARGET
#pragma clang attribute pop
#endif
#else
#pragma GCC pop_options
#endif
