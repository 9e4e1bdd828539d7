NEURON { SUFFIX gnode
 NONSPECIFIC_CURRENT i
 RANGE gnap,gna,gk,gl,gkf }
PARAMETER { gnap=0.01 gna=3 gk=0.08 gl=0.007 gkf=0.02568 ena=50 ek=-90 
 ampA=0.01 ampB=27 bmpA=0.00025 bmpB=34 amA=1.86 amB=20.4 bmA=0.086 bmB=25.7 ahA=0.062 ahB=114 ahC=11 bhA=2.3 bhB=31.8 bhC=13.4
 celsius v }
STATE { p m h s n }
ASSIGNED { i pinf minf hinf sinf ninf tp tm th ts tn q1 q2 q3 }
BREAKPOINT { SOLVE st METHOD cnexp
 i = (gnap*p*p*p + gna*m*m*m*h)*(v-ena) + (gk*s+gl+gkf*n*n*n*n)*(v-ek) }
DERIVATIVE st { rates(v)
 p'=(pinf-p)/tp
 m'=(minf-m)/tm
 h'=(hinf-h)/th
 s'=(sinf-s)/ts
 n'=(ninf-n)/tn }
FUNCTION lin(x,c) { if (fabs(x/c)<1e-6) { lin=c } else { lin = x/(1-exp(-x/c)) } }
INITIAL { q1=2.2^((celsius-20)/10)
 q2=2.9^((celsius-20)/10)
 q3=3.0^((celsius-36)/10)
 rates(v) p=pinf m=minf h=hinf s=sinf n=ninf }
PROCEDURE rates(v) { LOCAL a,b
 a=q1*ampA*lin(v+ampB,10.2) b=q1*bmpA*lin(-(v+bmpB),10) tp=1/(a+b) pinf=a/(a+b)
 a=q1*amA*lin(v+amB,10.3) b=q1*bmA*lin(-(v+bmB),9.16) tm=1/(a+b) minf=a/(a+b)
 a=q2*ahA*lin(-(v+ahB),ahC) b=q2*bhA/(1+exp(-(v+bhB)/bhC)) th=1/(a+b) hinf=a/(a+b)
 a=q3*0.3/(1+exp(-(v+53)/5)) b=q3*0.03/(1+exp(-(v+90)/1)) ts=1/(a+b) sinf=a/(a+b)
 a=q3*0.0462*lin(v+83.2,1.1) b=q3*0.0824*lin(-(v+66),10.5) tn=1/(a+b) ninf=a/(a+b) }
