// An addon that installs a handler for SIGBUS and SIGSEGV when it is loaded, as MODE says, and has functions that fault.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef napi_value (*callback)(napi_env, void *);
extern int napi_create_function(napi_env, const char *, size_t, callback, void *, napi_value *);
extern int napi_set_named_property(napi_env, napi_value, const char *, napi_value);

#ifndef MODE
#define MODE 'c'
#endif

static struct sigaction old[65];

static void pass_on(int signal_number, siginfo_t *info, void *context) {
  struct sigaction *previous = &old[signal_number];
  if (previous->sa_handler == SIG_IGN) return;
  if (previous->sa_handler == SIG_DFL) {
    signal(signal_number, SIG_DFL);
    if (info->si_code <= 0) raise(signal_number);
  } else if (previous->sa_flags & SA_SIGINFO) {
    previous->sa_sigaction(signal_number, info, context);
  } else {
    previous->sa_handler(signal_number);
  }
}

static void handler(int signal_number, siginfo_t *info, void *context) {
  if (MODE == 'c') pass_on(signal_number, info, context);                                // chains
  if (MODE == 'r') { write(2, "addon\n", 6); sigaction(signal_number, &old[signal_number], NULL); } // puts the old one back
  if (MODE == 'd') { write(2, "addon\n", 6); signal(signal_number, SIG_DFL); raise(signal_number); } // gives up
  if (MODE == 'o') { write(2, "addon\n", 6); raise(signal_number); }                     // once (SA_RESETHAND)
  if (MODE == 'n') write(2, "addon\n", 6);                                               // does nothing
}

static void install(int signal_number) {
  struct sigaction action = {0};
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | (MODE == 'o' ? SA_RESETHAND : 0);
  sigaction(signal_number, &action, &old[signal_number]);
}

static napi_value bus(napi_env env, void *info) {
  (void)env, (void)info;
  int file = memfd_create("bus", 0);
  return (napi_value)(size_t) * (volatile char *)mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, 0);
}

static napi_value segv(napi_env env, void *info) {
  (void)env, (void)info;
  return (napi_value)(size_t) * (volatile char *)mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  napi_value function;
  napi_create_function(env, "bus", 3, bus, NULL, &function);
  napi_set_named_property(env, exports, "bus", function);
  napi_create_function(env, "segv", 4, segv, NULL, &function);
  napi_set_named_property(env, exports, "segv", function);
  if (MODE != '-') install(SIGBUS), install(SIGSEGV);
  return exports;
}
