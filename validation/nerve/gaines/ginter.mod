NEURON { SUFFIX ginter
 NONSPECIFIC_CURRENT i
 RANGE gk,gl,gkf,gq }
PARAMETER { gk=0.001 gl=0.0002 gkf=0.02 gq=0.002 ek=-90 eq=-54.9 vh=-107.3 celsius v }
STATE { s n q }
ASSIGNED { i sinf ninf qinf ts tn tq q3 }
BREAKPOINT { SOLVE st METHOD cnexp
 i = (gk*s+gl+gkf*n*n*n*n)*(v-ek) + gq*q*(v-eq) }
DERIVATIVE st { rates(v)
 s'=(sinf-s)/ts
 n'=(ninf-n)/tn
 q'=(qinf-q)/tq }
FUNCTION lin(x,c) { if (fabs(x/c)<1e-6) { lin=c } else { lin = x/(1-exp(-x/c)) } }
INITIAL { q3=3.0^((celsius-36)/10)
 rates(v) s=sinf n=ninf q=qinf }
PROCEDURE rates(v) { LOCAL a,b
 a=q3*0.3/(1+exp(-(v+53)/5)) b=q3*0.03/(1+exp(-(v+90)/1)) ts=1/(a+b) sinf=a/(a+b)
 a=q3*0.0462*lin(v+83.2,1.1) b=q3*0.0824*lin(-(v+66),10.5) tn=1/(a+b) ninf=a/(a+b)
 a=q3*0.00522*exp((v-vh)/(-12.2)) b=q3*0.00522/exp((v-vh)/(-12.2)) tq=1/(a+b) qinf=a/(a+b) }
