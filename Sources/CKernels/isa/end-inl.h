/* Closes what prelude-inl.h and the vector layer opened. */
#if defined(__clang__)
#ifdef CK_TARGET
#pragma clang attribute pop
#endif
#else
#pragma GCC pop_options
#endif
