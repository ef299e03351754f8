/* libxml2 with the fix of CVE-2023-39615 takes a SAX1 handler table that carries the SAX2 magic number for "SAX2, no
   callbacks", and SIPE 1.25 then sees no XML at all. This hands such tables over as what they are. It changes no byte
   of the protocol. Use: LD_PRELOAD. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>

#define SAX2_MAGIC 0xDEEDBEAF

struct sax {
    void *callbacks[27];
    unsigned initialized;
    void *private, *start_element_ns, *end_element_ns, *structured_error;
};

int xmlSAXUserParseMemory(struct sax *handlers, void *user, const char *bytes, int length) {
    static int (*real)(struct sax *, void *, const char *, int);
    struct sax plain;

    if (!real)
        real = dlsym(RTLD_NEXT, "xmlSAXUserParseMemory");
    if (handlers && handlers->initialized == SAX2_MAGIC && !handlers->start_element_ns && !handlers->end_element_ns) {
        memcpy(&plain, handlers, sizeof plain);
        plain.initialized = 1;
        handlers = &plain;
    }
    return real(handlers, user, bytes, length);
}
