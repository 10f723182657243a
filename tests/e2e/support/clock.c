/* Holds the wall clock of a program at CLOCK_HELD_AT, in seconds since 1970. Loaded by LD_PRELOAD: for a
 * test that posts frozen messages to a real server. Every other clock goes on. It neither allocates
 * nor looks symbols up, because allocators ask for the time before either works. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t held_at;

__attribute__((constructor)) static void hold(void) {
    const char *text = getenv("CLOCK_HELD_AT");
    held_at = text ? (time_t)strtoll(text, NULL, 10) : 0;
}

int clock_gettime(clockid_t id, struct timespec *now) {
    if (id != CLOCK_REALTIME && id != CLOCK_REALTIME_COARSE)
        return (int)syscall(SYS_clock_gettime, id, now);
    now->tv_sec = held_at;
    now->tv_nsec = 0;
    return 0;
}

int gettimeofday(struct timeval *now, void *zone) {
    (void)zone;
    now->tv_sec = held_at;
    now->tv_usec = 0;
    return 0;
}

time_t time(time_t *now) {
    if (now)
        *now = held_at;
    return held_at;
}
